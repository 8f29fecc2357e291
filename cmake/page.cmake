# MADSEARCH_PAGE: the page of `serve` and `report`, bundled by Node from tools/page into one file that the program
# carries. Without Node, npm or its packages the program is built without it and says so; with CI=true in the
# environment that fails.
option(MADSEARCH_PAGE "Build the page of `serve` and `report` (Node and npm are needed)" ON)

set(page_folder ${PROJECT_SOURCE_DIR}/tools/page)
set(page_file ${PROJECT_BINARY_DIR}/page/page.html)
set(page_why "")  # there is none

# Installs what the lock file names, once for each lock file. Sets page_why.
function(madsearch_page_packages node npm)
  set(stamp ${page_folder}/node_modules/.madsearch)
  file(SHA256 ${page_folder}/package-lock.json wanted)
  if(EXISTS ${stamp})
    file(READ ${stamp} found)
  endif()
  if("${found}" STREQUAL "${wanted}")
    return()
  endif()
  message(STATUS "Installing the page's packages (npm ci)")
  get_filename_component(folder ${node} DIRECTORY)
  set(ENV{PATH} "${folder}:$ENV{PATH}")
  execute_process(COMMAND ${npm} ci --no-audit --no-fund --ignore-scripts --loglevel=error
    WORKING_DIRECTORY ${page_folder} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(failed)
    set(page_why "npm ci failed: ${said}" PARENT_SCOPE)
  else()
    file(WRITE ${stamp} "${wanted}")
  endif()
endfunction()

if(NOT MADSEARCH_PAGE)
  set(page_why "MADSEARCH_PAGE is off")
else()
  find_program(MADSEARCH_NODE node HINTS ${PROJECT_SOURCE_DIR}/.venv/bin)
  find_program(MADSEARCH_NPM npm HINTS ${PROJECT_SOURCE_DIR}/.venv/bin)
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page_folder}/package-lock.json)
  if(MADSEARCH_NODE AND MADSEARCH_NPM)
    madsearch_page_packages(${MADSEARCH_NODE} ${MADSEARCH_NPM})
  else()
    set(page_why "Node and npm were not found")
  endif()
endif()

if(page_why STREQUAL "")
  set(MADSEARCH_HAS_PAGE ON)
  file(GLOB page_sources CONFIGURE_DEPENDS ${page_folder}/*.mjs ${page_folder}/*.json ${page_folder}/src/*)
  add_custom_command(OUTPUT ${page_file}
    COMMAND ${MADSEARCH_NODE} ${page_folder}/build.mjs ${page_file}
    DEPENDS ${page_sources} COMMENT "Bundling the page" VERBATIM)
  add_custom_target(page DEPENDS ${page_file})
else()
  set(MADSEARCH_HAS_PAGE OFF)
  if(MADSEARCH_PAGE AND "$ENV{CI}" STREQUAL "true")
    message(FATAL_ERROR "The page can't be built: ${page_why}")
  endif()
  message(STATUS "madsearch is built without its page: ${page_why}")
endif()
