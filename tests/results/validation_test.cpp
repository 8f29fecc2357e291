#include "results/validation.h"

#include <algorithm>

#include "tests/results/stored_run.h"

namespace madsearch {
namespace {

using ValidationTest = StoredRun;

TEST_F(ValidationTest, GivesNoCoefficientFromFewerThanEightPoints) {
  for (int i = 0; i < 7; ++i) {
    add("d" + std::to_string(i), "random", 1000 + 100 * i, 0.1 * i);
    pretrained("d" + std::to_string(i), "front", 3 - 0.1 * i);
  }
  EXPECT_EQ(validate(store_).points, 7u);
  EXPECT_FALSE(validate(store_).rank_correlation);
  add("d7", "random", 900, 0.75);
  pretrained("d7", "front", 2.25);
  ASSERT_TRUE(validate(store_).rank_correlation);
  EXPECT_NEAR(*validate(store_).rank_correlation, 1, 1e-9);
}

TEST_F(ValidationTest, TakesOutWhatStateExplains) {
  // Score and bits both follow state exactly: given state, nothing is left.
  const double scores[] = {.1, .2, .3, .4, .5, .6, .7, .8, .9};
  for (int i = 0; i < 9; ++i) {
    add("d" + std::to_string(i), "random", 1000 * (i + 1), scores[i]);
    pretrained("d" + std::to_string(i), "front", 3 - 0.1 * (i % 2 ? i - 1 : std::min(i + 1, 8)));
  }
  const auto result = validate(store_);
  EXPECT_GT(*result.rank_correlation, 0.9);
  EXPECT_FALSE(result.partial_rank_correlation);  // score is a function of state: undefined, not 0.9
}

TEST_F(ValidationTest, CountsThePairsThatTheBetterScoreWins) {
  add("a", "random", 1000, 0.9);
  add("b", "random", 1000, 0.5);
  add("c", "random", 5000, 0.9);
  add("d", "random", 5100, 0.5);
  pretrained("a", "front", 2.0);
  pretrained("b", "pair of a", 2.2);
  pretrained("c", "front", 2.3);
  pretrained("d", "pair of c", 2.1);
  const auto result = validate(store_);
  EXPECT_EQ(result.pairs, 2u);
  EXPECT_EQ(result.pairs_won, 1u);
  EXPECT_DOUBLE_EQ(*result.sign_test, 1);
}

}  // namespace
}  // namespace madsearch
