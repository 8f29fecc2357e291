# madsearch_library(NAME SOURCES a.cpp ... USES targets ... [PRIVATE targets ...]): one target a folder, its arrows
# written once. A library used in one .cpp only is PRIVATE.
function(madsearch_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_USES} PRIVATE ${ARG_PRIVATE})
endfunction()

# madsearch_test(FOLDER SOURCES a_test.cpp ... USES targets ... [PRECOMPILED headers ...]): the program
# tests/FOLDER_test, one a folder. What a test itself computes is little: full optimization costs more than it saves.
# -D CMAKE_DISABLE_PRECOMPILE_HEADERS=ON finds a header that a file forgot.
function(madsearch_test folder)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;PRECOMPILED" ${ARGN})
  add_executable(${folder}_test ${ARG_SOURCES})
  set_target_properties(${folder}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_compile_options(${folder}_test PRIVATE -Og)
  if(ARG_PRECOMPILED)
    target_precompile_headers(${folder}_test PRIVATE ${ARG_PRECOMPILED})
  endif()
  target_link_libraries(${folder}_test PRIVATE ${ARG_USES} test_support GTest::gtest GTest::gtest_main)
  add_test(NAME ${folder} COMMAND ${folder}_test)  # one ctest entry a program: starting LibTorch costs a second
  set_tests_properties(${folder} PROPERTIES TIMEOUT 360)
endfunction()
