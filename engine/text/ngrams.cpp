#include "engine/text/ngrams.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <unordered_set>

namespace madsearch {

void NgramCounts::ask(const std::vector<std::int32_t>& tokens) {
  each_ngram(tokens.data(), static_cast<std::int64_t>(tokens.size()), n_,
             [&](std::int64_t, std::uint64_t hash) { asked_.push_back(hash | 1); });
  hashes_.clear();
}

std::size_t NgramCounts::place(std::uint64_t hash) const {
  auto at = hash >> 1 & (hashes_.size() - 1);
  while (hashes_[at] != 0 && hashes_[at] != hash) at = (at + 1) & (hashes_.size() - 1);
  return at;
}

void NgramCounts::spread() {
  hashes_.assign(std::bit_ceil(2 * asked_.size() + 2), 0);
  counts_.assign(hashes_.size(), 0);
  for (const auto hash : asked_) hashes_[place(hash)] = hash;
}

void NgramCounts::count(const std::vector<std::int32_t>& tokens) {
  if (hashes_.empty()) spread();
  each_ngram(tokens.data(), static_cast<std::int64_t>(tokens.size()), n_, [&](std::int64_t, std::uint64_t hash) {
    const auto at = place(hash | 1);
    if (hashes_[at] != 0 && counts_[at] < std::numeric_limits<std::uint32_t>::max()) ++counts_[at];
  });
}

std::int64_t NgramCounts::of(std::uint64_t hash) const {
  return hashes_.empty() ? 0 : static_cast<std::int64_t>(counts_[place(hash | 1)]);
}

std::vector<bool> rare_repeats(const std::int32_t* x, std::int64_t length, const NgramCounts& counts,
                               std::int64_t most) {
  std::vector<bool> out(static_cast<std::size_t>(length));
  std::unordered_set<std::uint64_t> seen;
  each_ngram(x, length + 1, counts.n(), [&](std::int64_t last, std::uint64_t hash) {
    const bool known = !seen.insert(hash).second;
    if (last >= 1) out[static_cast<std::size_t>(last - 1)] = known && counts.of(hash) <= most;
  });
  return out;
}

}  // namespace madsearch
