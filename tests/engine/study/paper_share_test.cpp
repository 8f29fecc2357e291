#include "engine/study/paper_share.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(PaperShare, GivesEveryPaperTheSameWeight) {
  // P has three contrasts, the first shared with Q, which has one more.
  const std::vector<Contrast> contrasts = {
      {"a", "b", {"P", "Q"}, {}}, {"a", "c", {"P"}, {}}, {"a", "d", {"P"}, {}}, {"a", "e", {"Q"}, {}}};
  const auto all = cases(contrasts);
  ASSERT_EQ(all.size(), 5u);  // P of the first, Q of the first, P, P, Q
  EXPECT_EQ(all[1].paper, "Q");
  EXPECT_EQ(all[1].weight, 0.5);
  const auto share = paper_share(all, {0, 1, 2, 3, 4}, {1, 1, 0, 0, 1}, Seed{1});
  EXPECT_EQ(share.contrasts, 4u);
  EXPECT_EQ(share.papers, 2u);
  EXPECT_NEAR(*share.mean, (0.5 / 2.5 + 1) / 2, 1e-12);
  EXPECT_NEAR(*share.alike, 2.0 / 4, 1e-12);
}

TEST(PaperShare, IsBootstrappedOverPapersTheSameWayEachTime) {
  std::vector<Contrast> contrasts;
  std::vector<double> right;
  std::vector<std::size_t> of;
  for (std::size_t i = 0; i < 40; ++i) {
    contrasts.push_back({"a", std::to_string(i), {std::to_string(i % 8)}, {}});
    right.push_back(i % 8 < 6 ? 1 : 0);  // a paper is right or wrong as a whole
    of.push_back(i);
  }
  const auto all = cases(contrasts);
  const auto share = paper_share(all, of, right, Seed{1});
  EXPECT_NEAR(*share.mean, 0.75, 1e-12);
  EXPECT_EQ(share.bounds->low, paper_share(all, of, right, Seed{1}).bounds->low);
  EXPECT_EQ(share.bounds->high, paper_share(all, of, right, Seed{1}).bounds->high);
  EXPECT_LE(share.bounds->low, 0.5) << "of 8 papers, not of 40 contrasts";
  EXPECT_GE(share.bounds->high, 0.95);
  EXPECT_NEAR(share.alike_bounds->low, share.bounds->low, 1e-12) << "papers of as many contrasts";
}

TEST(PaperShare, OfOnePaperHasNoBoundsAndOfNoneNoMean) {
  const auto all = cases({{"a", "b", {"P"}, {}}});
  EXPECT_EQ(paper_share(all, {0}, {1}, Seed{1}).mean, 1);
  EXPECT_FALSE(paper_share(all, {0}, {1}, Seed{1}).bounds);
  EXPECT_FALSE(paper_share(all, {}, {1}, Seed{1}).mean);
}

TEST(PaperShare, CountsATieAsHalf) {
  EXPECT_EQ(rightness(2, 1), 1);
  EXPECT_EQ(rightness(1, 1), 0.5);
  EXPECT_EQ(rightness(1, 2), 0);
}

}  // namespace
}  // namespace madsearch
