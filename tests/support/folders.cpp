#include "tests/support/folders.h"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

namespace madsearch {

std::string in_source(const std::string& path) { return MADSEARCH_SOURCE_DIR "/" + path; }

std::string in_build(const std::string& path) { return MADSEARCH_BINARY_DIR "/" + path; }

TemporaryFolder::TemporaryFolder() {
  std::string name = std::filesystem::temp_directory_path() / "madsearch-XXXXXX";
  if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  path = name;
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path); }

}  // namespace madsearch
