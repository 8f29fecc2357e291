// A file of token ids, after a byte that chooses which vocabulary is given. Refused by ConfigError; ids lie in the
// vocabulary.
#include <algorithm>
#include <array>

#include "configs/errors.h"
#include "engine/text/shards.h"
#include "tests/fuzz/support.h"
#include "tests/fuzz/targets.h"

namespace madsearch {

int fuzz_shards(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array<std::int64_t, 8> kVocabularies = {0, 1, 256, 257, 50257, 50304, 128256, 1LL << 40};
  if (size == 0) return 0;
  try {
    const auto shard = read_shard(file_of("tokens.bin", data + 1, size - 1), kVocabularies[data[0] % 8]);
    hold(!shard.tokens.empty(), "a shard has tokens");
    const auto [least, most] = std::minmax_element(shard.tokens.begin(), shard.tokens.end());
    hold(*least >= 0 && *most < shard.vocabulary, "ids lie in the vocabulary");
  } catch (const ConfigError&) {
  }
  return 0;
}

}  // namespace madsearch
