# MADSEARCH_SANITIZE: what the compiler builds into every program to find faults while it runs.
#   address   memory errors and undefined behaviour; the first one ends the program
#   thread    data races
#   fuzzer    clang's libFuzzer, with what `address` finds (tools/fuzz)
# Nothing that links LibTorch is built so: LibTorch's own parts would have to be, too.
set(MADSEARCH_SANITIZE "" CACHE STRING "Build in a sanitizer: address, thread or fuzzer")
set_property(CACHE MADSEARCH_SANITIZE PROPERTY STRINGS "" address thread fuzzer)

set(sanitize_address address,undefined)
set(sanitize_thread thread)
set(sanitize_fuzzer fuzzer-no-link,address,undefined)
if(MADSEARCH_SANITIZE)
  if(NOT DEFINED sanitize_${MADSEARCH_SANITIZE})
    message(FATAL_ERROR "MADSEARCH_SANITIZE is address, thread, fuzzer or empty, not \"${MADSEARCH_SANITIZE}\"")
  endif()
  add_compile_options(-fsanitize=${sanitize_${MADSEARCH_SANITIZE}} -fno-sanitize-recover=all -fno-omit-frame-pointer
                      -O1 -g1)
  add_link_options(-fsanitize=${sanitize_${MADSEARCH_SANITIZE}})
endif()
