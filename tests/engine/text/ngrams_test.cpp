#include "engine/text/ngrams.h"

#include <gtest/gtest.h>

#include <map>

namespace madsearch {
namespace {

using Tokens = std::vector<std::int32_t>;

TEST(Ngrams, HashesEqualRunsAlikeAndOthersNot) {
  const Tokens x = {1, 2, 3, 9, 1, 2, 3, 2, 1};
  std::map<std::int64_t, std::uint64_t> hashes;
  each_ngram(x.data(), 9, 2, [&](std::int64_t last, std::uint64_t hash) { hashes[last] = hash; });
  ASSERT_EQ(hashes.size(), 8u);
  EXPECT_EQ(hashes.begin()->first, 1);
  EXPECT_EQ(hashes[1], hashes[5]);
  EXPECT_EQ(hashes[2], hashes[6]);
  EXPECT_NE(hashes[2], hashes[7]) << "2 3 is not 3 2";
  EXPECT_NE(hashes[1], hashes[8]);
}

TEST(Ngrams, CountsThoseThatWereAskedFor) {
  NgramCounts counts(2);
  const Tokens asked = {1, 2, 3};
  counts.ask(asked);
  counts.count({1, 2, 1, 2, 9, 9});
  counts.count({2, 3});
  std::vector<std::int64_t> found;
  each_ngram(asked.data(), 3, 2, [&](std::int64_t, std::uint64_t hash) { found.push_back(counts.of(hash)); });
  EXPECT_EQ(found, (std::vector<std::int64_t>{2, 1}));
  const Tokens other = {9, 9};
  each_ngram(other.data(), 2, 2, [&](std::int64_t, std::uint64_t hash) { EXPECT_EQ(counts.of(hash), 0); });
}

TEST(Ngrams, CountsManyAsAMapDoes) {
  Rng rng(Seed{7});
  Tokens text(20'000);
  for (auto& token : text) token = static_cast<std::int32_t>(below(rng, 20));
  NgramCounts counts(3);
  counts.ask(text);
  counts.count(text);
  std::map<Tokens, std::int64_t> expected;
  for (std::size_t i = 2; i < text.size(); ++i) ++expected[{text[i - 2], text[i - 1], text[i]}];
  each_ngram(text.data(), static_cast<std::int64_t>(text.size()), 3, [&](std::int64_t last, std::uint64_t hash) {
    const auto i = static_cast<std::size_t>(last);
    ASSERT_EQ(counts.of(hash), (expected[{text[i - 2], text[i - 1], text[i]}]));
  });
}

TEST(Ngrams, FindsWhatRepeatsInAWindowAndIsRareElsewhere) {
  const Tokens x = {1, 2, 3, 9, 1, 2, 3, 1, 2};
  NgramCounts counts(2);
  counts.ask(x);
  counts.count({});
  const std::vector<bool> all{false, false, false, false, true, true, false, true};  // 1 2, 2 3 and again 1 2
  EXPECT_EQ(rare_repeats(x.data(), 8, counts, 0), all);
  counts.count({1, 2, 1, 2, 2, 3});
  const std::vector<bool> rare{false, false, false, false, false, true, false, false};  // 1 2 stands there twice
  EXPECT_EQ(rare_repeats(x.data(), 8, counts, 1), rare);
}

}  // namespace
}  // namespace madsearch
