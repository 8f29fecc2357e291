#include "engine/text/shards.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <string>

#include "configs/errors.h"

namespace madsearch {
namespace {

// Magic numbers.
constexpr std::int32_t kGpt2 = 20240520;
constexpr std::int32_t kLlama3 = 20240801;
constexpr std::int32_t kEvaluation = 20240522;
constexpr std::int64_t kHeaderBytes = 1024;

std::vector<char> contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw ConfigError("cannot read " + file.string());
  in.seekg(0, std::ios::end);
  std::vector<char> bytes(static_cast<std::size_t>(in.tellg()));
  in.seekg(0);
  if (!bytes.empty() && !in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    throw ConfigError("cannot read " + file.string() + " to its end");
  return bytes;
}

std::int32_t word(const std::vector<char>& bytes, std::size_t index) {
  std::int32_t out = 0;
  std::memcpy(&out, bytes.data() + 4 * index, 4);
  return out;
}

template <class Id>
std::vector<std::int32_t> ids(const std::vector<char>& bytes, std::int64_t from) {
  const auto n = (bytes.size() - static_cast<std::size_t>(from)) / sizeof(Id);
  std::vector<Id> raw(n);
  std::memcpy(raw.data(), bytes.data() + from, n * sizeof(Id));
  std::vector<std::int32_t> out(n);
  std::transform(raw.begin(), raw.end(), out.begin(),
                 [](Id id) { return static_cast<std::int32_t>(std::min<std::uint32_t>(id, 0x7fffffff)); });
  return out;
}

/// A file with the header of llm.c.
Shard with_header(const std::vector<char>& bytes, std::int32_t magic, const std::string& name,
                  std::int64_t vocabulary) {
  const auto size = static_cast<std::int64_t>(bytes.size());
  if (size < kHeaderBytes) throw ConfigError(name + " ends within its header");
  const auto version = word(bytes, 1);
  const auto wanted = magic == kGpt2 ? 1 : 7;
  if (version != wanted)
    throw ConfigError(name + " has version " + std::to_string(version) + " of its token format; version " +
                      std::to_string(wanted) + " is known");
  const std::int64_t count = word(bytes, 2);
  const std::int64_t data = size - kHeaderBytes;
  const auto width = count > 0 && data % count == 0 ? data / count : 0;  // bytes of an id
  const bool fits = magic == kGpt2 ? width == 1 || width == 2 || width == 4 : width == 4;
  if (!fits)
    throw ConfigError(name + " announces " + std::to_string(count) + " tokens but holds " + std::to_string(data) +
                      " bytes of them: it is cut off or of another format");
  const auto own = magic == kLlama3 ? 128256 : width == 1 ? 256 : 50257;
  Shard out;
  out.vocabulary = vocabulary ? vocabulary : own;
  out.tokens = width == 1   ? ids<std::uint8_t>(bytes, kHeaderBytes)
               : width == 2 ? ids<std::uint16_t>(bytes, kHeaderBytes)
                            : ids<std::uint32_t>(bytes, kHeaderBytes);
  return out;
}

/// A file of nanoGPT: ids of 2 bytes.
Shard without_header(const std::vector<char>& bytes, const std::string& name, std::int64_t vocabulary) {
  if (vocabulary <= 0)
    throw ConfigError(name + " has no header of llm.c; if it is a file of nanoGPT, give the vocabulary");
  if (bytes.empty()) throw ConfigError(name + " is empty");
  if (bytes.size() % 2) throw ConfigError(name + " is not a whole number of 2-byte tokens");
  return {ids<std::uint16_t>(bytes, 0), vocabulary};
}

}  // namespace

Shard read_shard(const std::filesystem::path& file, std::int64_t vocabulary) {
  const auto bytes = contents(file);
  const auto name = file.string();
  const auto magic = bytes.size() >= 4 ? word(bytes, 0) : 0;
  if (magic == kEvaluation)
    throw ConfigError(name + " is an evaluation file of llm.c (magic 20240522), not training data");
  auto out = magic == kGpt2 || magic == kLlama3 ? with_header(bytes, magic, name, vocabulary)
                                                : without_header(bytes, name, vocabulary);
  const auto most = *std::max_element(out.tokens.begin(), out.tokens.end());
  if (most >= out.vocabulary)
    throw ConfigError(name + " holds token " + std::to_string(most) + ", beyond its vocabulary of " +
                      std::to_string(out.vocabulary));
  return out;
}

}  // namespace madsearch
