#pragma once
#include <filesystem>
#include <vector>

namespace madsearch {

/// The files of a folder for pretraining by what they are, each list by name.
struct DataFiles {
  std::vector<std::filesystem::path> texts;   // *.txt
  std::vector<std::filesystem::path> shards;  // *.bin
  std::vector<std::filesystem::path> others;  // are not read
};

/// The files of a folder of texts or token shards, also in subfolders. Hidden ones are left out, and all of hidden
/// folders. Throws ConfigError in one sentence if the folder is missing, is no folder or can't be read, and for
/// a link that leads nowhere, as nobody knows what it stood for.
DataFiles data_files(const std::filesystem::path& folder);

}  // namespace madsearch
