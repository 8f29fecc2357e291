#include "engine/text/recall_slice.h"

#include <algorithm>

namespace madsearch {
namespace {

constexpr double kRareShare = 1250 / 1e10;  // of the training text: the paper's

/// ... but so often at least. Of a text of 10 million tokens the share would leave once, while a small model has not
/// learnt by heart what it met five times. Trigrams of tools/debian-text that are met five times at most leave 6.8 % of
/// the targets, the paper's bigrams 6.4 %.
constexpr std::int64_t kRare = 5;

constexpr double kLongToken = 3;  // bytes

int ngram_of(const Corpus& corpus) {
  if (corpus.bytes) return 8;
  return corpus.bytes_per_token >= kLongToken ? 2 : 3;
}

}  // namespace

RecallSlice::RecallSlice(const Corpus& corpus, int half)
    : counts_(ngram_of(corpus)),
      most_(std::max(kRare, static_cast<std::int64_t>(kRareShare * static_cast<double>(corpus.train.size())))) {
  for (const auto& document : corpus.held_out[static_cast<std::size_t>(half)]) counts_.ask(document.tokens);
  counts_.count(corpus.train);
}

std::vector<bool> RecallSlice::of(const std::int32_t* x, std::int64_t length) const {
  return rare_repeats(x, length, counts_, most_);
}

}  // namespace madsearch
