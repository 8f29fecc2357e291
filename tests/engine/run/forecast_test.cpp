#include "engine/run/forecast.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

RunConfig config(std::int64_t confirm_seeds, std::optional<double> deviation) {
  RunConfig out;
  out.battery.name = "mine";
  out.battery.seed_deviation = deviation;
  out.search.confirm_seeds = confirm_seeds;
  return out;
}

TEST(Forecast, SaysWhichDifferencesInScoreFreshSeedsResolve) {
  EXPECT_EQ(resolution_text(config(3, 0.016)),
            "resolves differences in score above 0.032 (95 %, 3 fresh seed sets of each design, deviation 0.016 of one "
            "set)");
  EXPECT_EQ(resolution_text(config(3, {})),
            "which differences in score it resolves is not known: battery mine states no `seed_deviation`");
  EXPECT_EQ(resolution_text(config(0, 0.016)),
            "resolves no difference in score: without `confirm_seeds` nothing is measured on fresh seeds");
}

}  // namespace
}  // namespace madsearch
