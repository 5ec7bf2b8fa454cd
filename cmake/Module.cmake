# wheelhouse_module(<name> SOURCES … [PUBLIC target…] [PRIVATE target…])
#   One folder = one layer = one static library. <name> is the folder with '/' as '_' (engine/store → engine_store).
#   Public headers live in include/ and are compiled on their own (header sets); the rest is private.
#   A dependency on another module must stand in AllowedDependencies.cmake, or configuring stops.
# wheelhouse_test(<name> LABELS … SOURCES … LINK …)
#   One Qt Test program, registered with CTest under its labels.
include(AllowedDependencies)

function(wheelhouse_check_layering name)
  if(NOT DEFINED ALLOWED_${name})
    message(FATAL_ERROR "Module '${name}' has no line in cmake/AllowedDependencies.cmake: say there what it may use.")
  endif()
  foreach(dependency IN LISTS ARGN)
    if(dependency MATCHES "^(engine|vmnodes|ui)_" AND NOT dependency IN_LIST ALLOWED_${name})
      message(FATAL_ERROR "Layering: '${name}' may not use '${dependency}' (see cmake/AllowedDependencies.cmake).")
    endif()
  endforeach()
endfunction()

function(wheelhouse_module name)
  cmake_parse_arguments(M "QT" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  wheelhouse_check_layering(${name} ${M_PUBLIC} ${M_PRIVATE})
  if(NOT M_SOURCES)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name}_empty.cpp "")
    list(APPEND M_SOURCES ${CMAKE_CURRENT_BINARY_DIR}/${name}_empty.cpp)
  endif()
  add_library(${name} STATIC ${M_SOURCES})
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/include/*.h)
  target_sources(${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR}/include FILES ${headers})
  set_target_properties(${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  target_compile_options(${name} PRIVATE ${WHEELHOUSE_WARNINGS})
  target_link_libraries(${name} PUBLIC ${M_PUBLIC} PRIVATE ${M_PRIVATE})
  if(M_QT)
    set_target_properties(${name} PROPERTIES AUTOMOC ON)
  endif()
  # gRPC adds -pthread, which a header parsed without it does not fit.
  if(("engine_api" IN_LIST M_PUBLIC OR "engine_api" IN_LIST M_PRIVATE) AND NOT "gRPC::grpc++" IN_LIST M_PRIVATE)
    wheelhouse_precompiled(${name})
  endif()
endfunction()

# Lets a target start from the parsed messages of engine/api.
function(wheelhouse_precompiled target)
  target_precompile_headers(${target} REUSE_FROM wheelhouse_precompiled)
  set_target_properties(${target} PROPERTIES WHEELHOUSE_PRECOMPILED ON)
endfunction()

# The same for a program that links one that does.
function(wheelhouse_inherit_precompiled target)
  foreach(library IN LISTS ARGN)
    if(TARGET ${library})
      get_target_property(precompiled ${library} WHEELHOUSE_PRECOMPILED)
      if(precompiled)
        wheelhouse_precompiled(${target})
        return()
      endif()
    endif()
  endforeach()
endfunction()

function(wheelhouse_test name)
  cmake_parse_arguments(T "" "TIMEOUT" "LABELS;SOURCES;LINK;ENVIRONMENT" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  add_executable(${name} ${T_SOURCES})
  set_target_properties(${name} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_options(${name} PRIVATE ${WHEELHOUSE_WARNINGS})
  target_link_libraries(${name} PRIVATE Qt6::Test ${T_LINK})
  wheelhouse_inherit_precompiled(${name} ${T_LINK})
  target_compile_definitions(${name} PRIVATE WHEELHOUSE_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             WHEELHOUSE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${T_LABELS}" TIMEOUT ${T_TIMEOUT}
                       ENVIRONMENT "QT_QPA_PLATFORM=offscreen;${T_ENVIRONMENT}" SKIP_REGULAR_EXPRESSION "^SKIPPED: ")
endfunction()

# Sources made by protoc (and by our plug-in): no warnings as errors, cheaper optimisation outside release.
function(wheelhouse_generated_sources)
  foreach(f IN LISTS ARGN)
    set(flags -w)
    if(CMAKE_BUILD_TYPE STREQUAL "Debug")
      list(APPEND flags -O0)
    endif()
    set_source_files_properties(${f} PROPERTIES COMPILE_OPTIONS "${flags}" SKIP_AUTOGEN ON SKIP_PRECOMPILE_HEADERS ON)
  endforeach()
endfunction()

# Gives the program its allocator; sanitizers bring their own.
function(wheelhouse_allocator target)
  if(NOT WHEELHOUSE_SANITIZE)
    target_link_libraries(${target} PRIVATE wheelhouse_jemalloc)
  endif()
endfunction()

# wheelhouse_bench(<name> SOURCES … LINK …): a program that prints one JSON line a figure; built and run by `./dev bench`.
function(wheelhouse_bench name)
  cmake_parse_arguments(B "" "" "SOURCES;LINK" ${ARGN})
  add_executable(bench_${name} ${B_SOURCES})
  set_target_properties(bench_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench OUTPUT_NAME ${name})
  target_compile_options(bench_${name} PRIVATE ${WHEELHOUSE_WARNINGS})
  target_link_libraries(bench_${name} PRIVATE ${B_LINK})
  wheelhouse_allocator(bench_${name})
  wheelhouse_inherit_precompiled(bench_${name} ${B_LINK})
  target_compile_definitions(bench_${name} PRIVATE WHEELHOUSE_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             WHEELHOUSE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  set_property(GLOBAL APPEND PROPERTY WHEELHOUSE_BENCHES bench_${name})
endfunction()
