#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>

namespace madsearch {

/// Heads of softmax attention, and which tokens a query may read.
struct AttentionHeads {
  static constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

  // how many: H, G and U, which divide H
  std::int64_t queries = 1;
  std::int64_t keys = 1;
  std::int64_t values = 1;
  // channels of a query or key, and of a value: d and e
  std::int64_t size = 1;
  std::int64_t value_size = 1;
  std::int64_t rotated = 0;  // leading channels of queries and keys that are turned by position
  // the last tokens, itself included, and the first ones
  std::int64_t window = kAll;
  std::int64_t sinks = 0;

  std::int64_t key_numbers() const { return keys * size; }  // of a token
  std::int64_t value_numbers() const { return values * value_size; }
  /// The most tokens that one of a sequence of T reads: as many keys and values must be carried.
  std::int64_t seen(std::int64_t T) const { return window >= T ? T : std::min(T, window + sinks); }
};

}  // namespace madsearch
