#include "engine/text/shards.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <string>

#include "configs/errors.h"
#include "configs/text.h"

namespace madsearch {
namespace {

// Magic numbers.
constexpr std::int32_t kGpt2 = 20240520;
constexpr std::int32_t kLlama3 = 20240801;
constexpr std::int32_t kEvaluation = 20240522;
constexpr std::int64_t kHeaderBytes = 1024;

/// A tokeniser whose documents are told apart by one token. A vocabulary that a model pads has up to `most` ids.
struct Tokeniser {
  std::int64_t vocabulary, most;
  std::int32_t separator;
};
constexpr Tokeniser kBytes{256, 256, 255};
constexpr Tokeniser kTokensOfGpt2{50257, 51200, 50256};
constexpr Tokeniser kTokensOfLlama3{128256, 131072, 128000};

std::optional<std::int32_t> separator_of(const Tokeniser& tokeniser, std::int64_t vocabulary) {
  if (vocabulary < tokeniser.vocabulary || vocabulary > tokeniser.most) return {};
  return tokeniser.separator;
}

std::vector<char> contents(const std::filesystem::path& file) {
  const auto name = printable(file.native());
  std::ifstream in(file, std::ios::binary);
  if (!in) throw ConfigError("cannot read " + name);
  in.seekg(0, std::ios::end);
  const auto size = in.tellg();
  if (size < 0) throw ConfigError("cannot read " + name);
  std::vector<char> bytes(static_cast<std::size_t>(size));
  in.seekg(0);
  if (!bytes.empty() && !in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    throw ConfigError("cannot read " + name + " to its end");
  return bytes;
}

std::int32_t word(const std::vector<char>& bytes, std::size_t index) {
  std::int32_t out = 0;
  std::memcpy(&out, bytes.data() + 4 * index, 4);
  return out;
}

template <class Id>
std::vector<std::int32_t> ids(const std::vector<char>& bytes, std::int64_t from) {
  std::vector<std::int32_t> out((bytes.size() - static_cast<std::size_t>(from)) / sizeof(Id));
  const auto* next = bytes.data() + from;
  for (auto& token : out) {
    Id id = 0;
    std::memcpy(&id, next, sizeof id);
    token = static_cast<std::int32_t>(std::min<std::uint32_t>(id, 0x7fffffff));
    next += sizeof id;
  }
  return out;
}

/// The ids of `width` bytes that stand behind the first `from` bytes.
std::vector<std::int32_t> ids(const std::vector<char>& bytes, std::int64_t from, std::int64_t width) {
  return width == 1   ? ids<std::uint8_t>(bytes, from)
         : width == 2 ? ids<std::uint16_t>(bytes, from)
                      : ids<std::uint32_t>(bytes, from);
}

constexpr std::int32_t kFewHighHalves = 16;  // of ids up to a million, more than any vocabulary has
constexpr std::size_t kEnoughIds = 16;       // that small ids at every second place are no chance

/// Ids of 4 bytes that are read as ids of 2: their upper halves, at every second place, are 0 or, of a large
/// vocabulary, below 16, and the lower ones are not.
bool halves(const std::vector<std::int32_t>& tokens) {
  if (tokens.size() % 2 != 0) return false;
  std::int32_t lower = 0;
  std::int32_t upper = 0;
  for (std::size_t i = 0; i < tokens.size(); i += 2) {
    lower = std::max(lower, tokens[i]);
    upper = std::max(upper, tokens[i + 1]);
  }
  if (upper == 0) return lower > 0;
  return tokens.size() / 2 >= kEnoughIds && upper < kFewHighHalves && lower >= kFewHighHalves;
}

/// Throws ConfigError where width, vocabulary and ids contradict one another.
void check(const Shard& shard, std::int64_t width, const std::string& name) {
  const auto of_width = " (ids of " + std::to_string(width) + (width == 1 ? " byte)" : " bytes)");
  if (width < 4 && shard.vocabulary > std::int64_t{1} << (8 * width))
    throw ConfigError(name + " has ids of " + std::to_string(width) + (width == 1 ? " byte" : " bytes") +
                      ", which cannot reach a vocabulary of " + std::to_string(shard.vocabulary));
  if (width == 2 && halves(shard.tokens))
    throw ConfigError(name + " holds an id below 16 at every second place" + of_width +
                      ": its ids seem to have 4 bytes");
  const auto most = *std::max_element(shard.tokens.begin(), shard.tokens.end());
  if (most >= shard.vocabulary)
    throw ConfigError(name + " holds token " + std::to_string(most) + of_width + ", beyond its vocabulary of " +
                      std::to_string(shard.vocabulary));
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
  const auto& tokeniser = magic == kLlama3 ? kTokensOfLlama3 : width == 1 ? kBytes : kTokensOfGpt2;
  Shard out{ids(bytes, kHeaderBytes, width), vocabulary ? vocabulary : tokeniser.vocabulary, {}};
  out.separator = separator_of(tokeniser, out.vocabulary);
  check(out, width, name);
  return out;
}

/// A file of nanoGPT.
Shard without_header(const std::vector<char>& bytes, const std::string& name, std::int64_t vocabulary) {
  if (vocabulary <= 0)
    throw ConfigError(name + " has no header of llm.c; if it is a file of nanoGPT, give the vocabulary");
  const std::int64_t width = vocabulary <= 65'536 ? 2 : 4;
  if (static_cast<std::int64_t>(bytes.size()) % width != 0)
    throw ConfigError(name + " is not a whole number of " + std::to_string(width) + "-byte tokens");
  Shard out{ids(bytes, 0, width), vocabulary, separator_of(kTokensOfGpt2, vocabulary)};
  check(out, width, name);
  return out;
}

}  // namespace

Shard read_shard(const std::filesystem::path& file, std::int64_t vocabulary) {
  const auto bytes = contents(file);
  const auto name = printable(file.native());
  if (bytes.empty()) throw ConfigError(name + " is empty");
  const auto magic = bytes.size() >= 4 ? word(bytes, 0) : 0;
  if (magic == kEvaluation)
    throw ConfigError(name + " is an evaluation file of llm.c (magic 20240522), not training data");
  return magic == kGpt2 || magic == kLlama3 ? with_header(bytes, magic, name, vocabulary)
                                            : without_header(bytes, name, vocabulary);
}

}  // namespace madsearch
