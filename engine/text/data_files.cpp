#include "engine/text/data_files.h"

#include <algorithm>

#include "configs/errors.h"
#include "configs/text.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

std::string shown(const fs::path& path) { return printable(path.native()); }

/// Throws ConfigError for what `error` says.
void check_read(const fs::path& path, const std::error_code& error) {
  if (error) throw ConfigError("cannot read " + shown(path) + ": " + error.message());
}

bool hidden(const fs::path& path) { return path.filename().native().starts_with('.'); }

/// What an entry is, a link what it leads to.
fs::file_type type_of(const fs::directory_entry& entry) {
  std::error_code error;
  const auto type = entry.status(error).type();
  std::error_code unknown;
  if (type == fs::file_type::not_found && entry.is_symlink(unknown))
    throw ConfigError(shown(entry.path()) + " is a link that leads nowhere");
  if (type == fs::file_type::not_found || type == fs::file_type::none) check_read(entry.path(), error);
  return type;
}

}  // namespace

DataFiles data_files(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) throw ConfigError("there is no data at " + shown(folder));
  if (!fs::is_directory(folder, error)) throw ConfigError(shown(folder) + " is not a folder of texts or token shards");
  std::vector<fs::path> all;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (hidden(entry->path()))
      entry.disable_recursion_pending();
    else if (type_of(*entry) == fs::file_type::regular)
      all.push_back(entry->path());
  }
  check_read(folder, error);
  std::sort(all.begin(), all.end());
  DataFiles out;
  for (auto& file : all) {
    auto& kind = file.extension() == ".txt" ? out.texts : file.extension() == ".bin" ? out.shards : out.others;
    kind.push_back(std::move(file));
  }
  return out;
}

}  // namespace madsearch
