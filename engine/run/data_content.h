#pragma once
#include <filesystem>
#include <string>

namespace madsearch {

/// What a folder for pretraining holds, in 16 hexadecimal digits: of all files that are not hidden, also in subfolders,
/// their names, sizes and content; of a file above 4 MiB the content of 64 blocks of 64 KiB, spread evenly from its
/// first byte to its last. Throws ConfigError if something can't be read, as data_files (engine/text/data_files.h).
std::string data_content(const std::filesystem::path& folder);

}  // namespace madsearch
