# Compiler, linker, cache and warnings: the same for every target.
find_program(CCACHE ccache)
if(CCACHE)
  # base_dir and hash_dir let build folders share one cache.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_C_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g1")
# One flag for libraries and programs alike, or they could not share a precompiled header.
add_compile_options(-fPIC)
add_compile_options(-fdiagnostics-color=always -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(WHEELHOUSE_SANITIZE)
  add_compile_options(-fsanitize=${WHEELHOUSE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WHEELHOUSE_SANITIZE})
endif()
if(WHEELHOUSE_ASSERTIONS)
  add_compile_definitions(WHEELHOUSE_ASSERTIONS)
endif()
add_compile_definitions(WHEELHOUSE_VERSION="${PROJECT_VERSION}" BOOST_ASIO_NO_DEPRECATED
                        BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_SEPARATE_COMPILATION SPDLOG_FMT_EXTERNAL)

# Our own sources only: generated code and other people's headers are not ours to mend.
set(WHEELHOUSE_WARNINGS -Wall -Wextra -Werror -Wno-missing-field-initializers -Wnon-virtual-dtor -Woverloaded-virtual
    # g++ 12 reports these inside std::string and optional at -O2 where there is nothing to report.
    -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds -Wno-dangling-pointer)

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
# gRPC's re2 asks for -pthread, which says nothing any more, and with which a header parsed without it does not fit.
if(TARGET re2::re2)
  set_target_properties(re2::re2 PROPERTIES INTERFACE_COMPILE_OPTIONS "")
endif()
find_package(Boost 1.74 REQUIRED COMPONENTS json)
find_package(yaml-cpp REQUIRED)
find_package(RocksDB CONFIG REQUIRED)
# Only its core: the package's own configuration asks for libcurl and a web server as well.
find_library(PROMETHEUS_LIBRARY prometheus-cpp-core REQUIRED)
add_library(wheelhouse_prometheus UNKNOWN IMPORTED GLOBAL)
set_target_properties(wheelhouse_prometheus PROPERTIES IMPORTED_LOCATION ${PROMETHEUS_LIBRARY})
# Pods come and go in small pieces: placing one takes a third less processor time than with glibc's allocator.
find_library(JEMALLOC_LIBRARY jemalloc REQUIRED)
add_library(wheelhouse_jemalloc UNKNOWN IMPORTED GLOBAL)
set_target_properties(wheelhouse_jemalloc PROPERTIES IMPORTED_LOCATION ${JEMALLOC_LIBRARY})
find_package(tl-expected CONFIG REQUIRED)
find_package(Qt6 REQUIRED COMPONENTS Core Gui Widgets Network Charts Svg Test LinguistTools)
pkg_check_modules(NGHTTP2 REQUIRED IMPORTED_TARGET libnghttp2)
pkg_check_modules(LIBVIRT REQUIRED IMPORTED_TARGET libvirt)
pkg_check_modules(VTERM REQUIRED IMPORTED_TARGET vterm)
if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
