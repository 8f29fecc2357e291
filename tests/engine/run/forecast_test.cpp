#include "engine/run/forecast.h"

#include <gtest/gtest.h>

#include "configs/errors.h"
#include "tests/support/folders.h"

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

/// Two blocks; each step takes 1 ms a block whatever its size.
AssumedMachine steady() {
  AssumedMachine out{"an accelerator", "mine.yaml", 32, {{1, 1e-3}, {1e9, 1e-3}}, 1024};
  out.memory_ratio = 4;
  out.memory_mib = 5;
  out.median_ratio = 2;
  return out;
}

TEST(Forecast, PredictsForAMachineThatIsNotAtHand) {
  auto run = config(2, 0.02);
  run.limits.stages = 2;
  run.limits.shape = {32, 48};
  run.limits.state_length = 4096;
  run.limits.parameters = 5000;
  run.battery = load_battery("quick", in_source("configs"));
  run.search.evaluations = 100;
  run.seeds.resize(1);
  run.search.confirm_members = 4;
  run.hours = 1;
  const auto found = forecast(run, steady());
  EXPECT_EQ(found.batteries, 100);
  EXPECT_EQ(found.confirms, 10);
  // 500 x 4 steps of the recalls, 400, 600 and 480 of the others.
  EXPECT_NEAR(found.battery_seconds, 2 * 1e-3 * (4 * 500 + 400 + 600 + 480), 1e-9);
  EXPECT_NEAR(found.hours, 110 * found.battery_seconds / 3600, 1e-9);
  const auto text = to_text(found, run);
  EXPECT_EQ(
      text.substr(0, text.find("resolves")),
      "forecast: 100 batteries of 7 s, 10 confirming ones\n"
      "          on one slot of one an accelerator, as it was measured: about 13 min at the speed of "
      "transformer++, 26 min at that of the median primitive, 2 MiB a training, 6 MiB with the primitive that takes "
      "most, more than its 5: of that fewer replicas are computed at once\n          ");
  EXPECT_NE(text.find("\n          limited to 1 h: about 207 evaluations on one"), std::string::npos) << text;
}

TEST(Forecast, RefusesABatteryOfAnotherWidthThanWasMeasured) {
  auto run = config(2, 0.02);
  run.battery.width = 64;
  try {
    forecast(run, steady());
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "mine.yaml was measured at width 32, and battery mine has width 64");
  }
}

}  // namespace
}  // namespace madsearch
