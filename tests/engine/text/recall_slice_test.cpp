#include "engine/text/recall_slice.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

using Tokens = std::vector<std::int32_t>;

/// A corpus of tokens whose training text holds `rare` five times and `common` six times.
Corpus corpus_of(const Tokens& rare, const Tokens& common, double bytes_per_token) {
  Corpus out;
  out.bytes = false;
  out.bytes_per_token = bytes_per_token;
  for (int i = 0; i < 6; ++i) {
    if (i < 5) out.train.insert(out.train.end(), rare.begin(), rare.end());
    out.train.insert(out.train.end(), common.begin(), common.end());
    out.train.push_back(99);
  }
  out.held_out[1] = {{"a", {10, 11, 12, 20, 21, 22, 10, 11, 12, 20, 21, 22}}};
  return out;
}

TEST(RecallSlice, IsWhatTheWindowRepeatsAndTrainingHardlyHas) {
  const auto corpus = corpus_of({10, 11, 12}, {20, 21, 22}, 2);  // trigrams
  const RecallSlice slice(corpus, 1);
  const auto& x = corpus.held_out[1][0].tokens;
  const auto found = slice.of(x.data(), 11);
  EXPECT_EQ(found[7], true);
  EXPECT_EQ(found[10], false) << "20 21 22 stands in the training text six times";
  EXPECT_EQ(std::vector<bool>(found.begin(), found.begin() + 7), std::vector<bool>(7)) << "nothing is repeated yet";
}

TEST(RecallSlice, TakesPairsOfLongTokens) {
  const auto corpus = corpus_of({10, 11}, {20, 21}, 4.5);
  const RecallSlice slice(corpus, 1);
  const auto found = slice.of(corpus.held_out[1][0].tokens.data(), 11);
  EXPECT_EQ(found[6], true) << "10 11";
  EXPECT_EQ(found[9], false) << "20 21";
}

}  // namespace
}  // namespace madsearch
