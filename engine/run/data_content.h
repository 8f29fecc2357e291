#pragma once
#include <filesystem>
#include <string>

namespace madsearch {

/// What a folder for pretraining holds: of all files that are read (engine/text/data_files.h) names, sizes and content;
/// of a file above 4 MiB the content of 64 blocks of 64 KiB, spread evenly from its first byte to its last.
struct DataContent {
  std::string files;         // a line "HASH<tab>NAME" of each
  std::string hash() const;  // of all, 16 hexadecimal digits; "" where nothing is known
};

/// Throws ConfigError if something can't be read, as data_files.
DataContent data_content(const std::filesystem::path& folder);

/// What differs between two such lists of files, "a.txt has changed, b.txt is new, c.txt is gone"; of many the first.
std::string changed_files(const std::string& before, const std::string& now);

}  // namespace madsearch
