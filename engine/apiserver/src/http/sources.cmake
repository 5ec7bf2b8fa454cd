# The HTTPS front, a library of its own inside the module: it knows the Handler and nothing of the API behind it.
# Included by engine/apiserver/CMakeLists.txt.
find_package(ZLIB REQUIRED)
add_library(wheelhouse_http STATIC
            src/http/exchange.cpp src/http/front.cpp src/http/gzip.cpp src/http/http1.cpp src/http/http2.cpp src/http/server.cpp)
target_include_directories(wheelhouse_http PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
target_compile_options(wheelhouse_http PRIVATE ${WHEELHOUSE_WARNINGS})
target_link_libraries(wheelhouse_http PUBLIC engine_base wheelhouse_asio PRIVATE PkgConfig::NGHTTP2 ZLIB::ZLIB)
set(HTTP_SOURCES)
set(HTTP_LIBRARIES wheelhouse_http)
