#include "configs/folder.h"

#include <cstdlib>
#include <system_error>

namespace madsearch {

namespace fs = std::filesystem;

fs::path configs_folder_of(const fs::path& program) {
  const auto installed = program.parent_path().parent_path() / MADSEARCH_SHARE "/configs";
  std::error_code unknown;
  return fs::is_directory(installed, unknown) ? installed : fs::path(MADSEARCH_CONFIGS_DIR);
}

fs::path configs_folder() {
  if (const char* folder = std::getenv("MADSEARCH_CONFIGS")) return folder;
  std::error_code unknown;
  return configs_folder_of(fs::read_symlink("/proc/self/exe", unknown));
}

}  // namespace madsearch
