#include "tests/support/folders.h"

namespace madsearch {

std::string in_source(const std::string& path) { return MADSEARCH_SOURCE_DIR "/" + path; }

std::string in_build(const std::string& path) { return MADSEARCH_BINARY_DIR "/" + path; }

}  // namespace madsearch
