#include "search/toy/bench_confirm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/folders.h"

namespace madsearch {
namespace {

const Toy& toy() {
  static const auto read = Toy::read(in_source("tests/toy/problem.txt"), in_source("tests/toy/front.json"));
  return read;
}

TEST(ConfirmBench, FrontsThatWereRacedAreTruerAndPromiseLessThanThoseOfTheSearchAlone) {
  const NoisyToy noisy{toy()};
  const auto none = bench_confirm(noisy, confirm_search(), Confirming::kNone, 40, 5000);
  const auto race = bench_confirm(noisy, confirm_search(), Confirming::kRace, 40, 5000);
  EXPECT_DOUBLE_EQ(race.evaluations.mean, none.evaluations.mean);
  EXPECT_DOUBLE_EQ(race.evaluations.mean, 300);
  EXPECT_GT(race.share_true.mean, none.share_true.mean + 0.05);
  EXPECT_LT(race.distance.mean, 0.7 * none.distance.mean);
  EXPECT_LT(std::abs(race.gap.mean), 0.5 * none.gap.mean);
  EXPECT_GT(race.share_true_decided.mean, race.share_true.mean);  // so the marks tell something
}

TEST(ConfirmBench, WithoutNoiseWhatIsReportedIsTrue) {
  for (const auto way : {Confirming::kNone, Confirming::kEqual, Confirming::kRace}) {
    const auto found = bench_confirm({toy(), 0, 0}, confirm_search(), way, 3, 5000);
    EXPECT_NEAR(found.distance.mean, 0, 1e-12) << to_text(way);
    EXPECT_EQ(found.undecided.mean > 0, way == Confirming::kNone) << to_text(way);
  }
}

}  // namespace
}  // namespace madsearch
