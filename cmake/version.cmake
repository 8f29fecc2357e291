# Run by every build, with -D source, template, output, version, compiler.
# Writes `output` from `template`. A file that would not change is left alone, so that nothing is compiled again.
set(revision unknown)
find_program(git git)
if(git)
  # A copy of the sources inside another repository must not take that one's revision.
  execute_process(COMMAND ${git} rev-parse --show-toplevel WORKING_DIRECTORY ${source}
    OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  file(REAL_PATH ${source} folder)
  if(top STREQUAL folder)
    set(ENV{GIT_OPTIONAL_LOCKS} 0)
    execute_process(COMMAND ${git} describe --always --dirty --abbrev=7 --exclude=* WORKING_DIRECTORY ${source}
      OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(described)
      set(revision ${described})
    endif()
  endif()
endif()
configure_file(${template} ${output} @ONLY)
