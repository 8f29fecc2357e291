#include "engine/run/data_content.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "configs/errors.h"
#include "configs/seed.h"
#include "configs/text.h"
#include "engine/text/data_files.h"
#include "engine/text/token_bytes.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kBlock = 1 << 16;
constexpr std::uintmax_t kBlocks = 64;

constexpr std::size_t kNamed = 4;  // of the files that are not as they were

/// The lines of DataContent::files.
std::map<std::string, std::string> hashes_by_name(const std::string& files) {
  std::map<std::string, std::string> out;
  std::istringstream lines(files);
  for (std::string line; std::getline(lines, line);) {
    const auto tab = line.find('\t');
    out[line.substr(tab + 1)] = line.substr(0, tab);
  }
  return out;
}

Seed content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::error_code error;
  const auto size = fs::file_size(file, error);
  const bool whole = size <= kBlock * kBlocks;
  const auto blocks = whole ? (size + kBlock - 1) / kBlock : kBlocks;
  auto seed = Seed{}.derive(size);
  std::string block(kBlock, '\0');
  for (std::uintmax_t i = 0; i < blocks; ++i) {
    const auto offset = whole ? i * kBlock : (size - kBlock) * i / (kBlocks - 1);
    in.seekg(static_cast<std::streamoff>(offset));
    in.read(block.data(), static_cast<std::streamsize>(std::min(kBlock, size - offset)));
    if (!in) throw ConfigError("can't read " + file.string());
    seed = seed.derive(std::string_view(block).substr(0, static_cast<std::size_t>(in.gcount())));
  }
  return seed;
}

}  // namespace

DataContent data_content(const fs::path& folder) {
  auto read = data_files(folder);
  read.texts.insert(read.texts.end(), read.shards.begin(), read.shards.end());
  for (const auto& file : read.others)
    if (file == folder / kTokenBytes) read.texts.push_back(file);
  std::sort(read.texts.begin(), read.texts.end());
  DataContent out;
  for (const auto& file : read.texts) {
    const auto name = printable(file.lexically_relative(folder).generic_string());
    out.files += hexadecimal(content_of(file).value) + "\t" + name + "\n";
  }
  return out;
}

std::string DataContent::hash() const { return files.empty() ? "" : hexadecimal(Seed{}.derive(files).value); }

std::string changed_files(const std::string& before, const std::string& now) {
  const auto old = hashes_by_name(before);
  const auto fresh = hashes_by_name(now);
  std::vector<std::string> out;
  for (const auto& [name, hash] : fresh) {
    const auto known = old.find(name);
    if (known == old.end())
      out.push_back(name + " is new");
    else if (known->second != hash)
      out.push_back(name + " has changed");
  }
  for (const auto& [name, hash] : old)
    if (!fresh.contains(name)) out.push_back(name + " is gone");
  if (out.size() > kNamed) out[kNamed - 1] = "...";
  out.resize(std::min(out.size(), kNamed));
  return joined(out);
}

}  // namespace madsearch
