#include "engine/run/data_content.h"

#include <algorithm>
#include <cstdint>
#include <fstream>

#include "configs/errors.h"
#include "configs/seed.h"
#include "configs/text.h"
#include "engine/text/data_files.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kBlock = 1 << 16;
constexpr std::uintmax_t kBlocks = 64;

/// The seed goes on with what a file holds.
Seed with_content(Seed seed, const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::error_code error;
  const auto size = fs::file_size(file, error);
  const bool whole = size <= kBlock * kBlocks;
  const auto blocks = whole ? (size + kBlock - 1) / kBlock : kBlocks;
  seed = seed.derive(size);
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

std::string data_content(const fs::path& folder) {
  Seed seed;
  for (const auto& file : data_files(folder))
    seed = with_content(seed.derive(file.lexically_relative(folder).generic_string()), file);
  return hexadecimal(seed.value);
}

}  // namespace madsearch
