#include "configs/folder.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "configs/errors.h"
#include "configs/text.h"

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

std::vector<fs::path> shipped_files(const fs::path& configs, const std::string& what) {
  const auto folder = configs / what;
  std::error_code error;
  std::vector<fs::path> out;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    if (entry->path().extension() == ".yaml") out.push_back(entry->path());
  if (error)
    throw ConfigError("the " + what + " that ship with madsearch are looked for in " + folder.string() + ": " +
                      error.message() + "; MADSEARCH_CONFIGS can name another folder of configs");
  std::sort(out.begin(), out.end(), [](const fs::path& a, const fs::path& b) { return a.stem() < b.stem(); });
  return out;
}

fs::path named_file(const std::string& what, const std::string& folder, const std::string& name_or_path,
                    const fs::path& configs) {
  if (name_or_path.ends_with(".yaml") || name_or_path.find('/') != std::string::npos) return name_or_path;
  std::vector<std::string> names;
  for (const auto& file : shipped_files(configs, folder)) {
    names.push_back(file.stem().string());
    if (names.back() == name_or_path) return file;
  }
  throw ConfigError("unknown " + what + " " + in_quotes(name_or_path) + " in " +
                    printable((configs / folder).native()) + expected_one_of(names, name_or_path));
}

}  // namespace madsearch
