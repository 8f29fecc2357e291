#include "results/control_report.h"

#include "results/front_report.h"
#include "results/origins.h"
#include "tests/results/stored_run.h"

namespace madsearch {
namespace {

class ControlReportTest : public StoredRun {};

TEST_F(ControlReportTest, GivesBothSidesEquallyManyEvaluations) {
  add("hand", "seed:a", 100, 0.99);  // in neither
  add("first", "random", 99'999, 0.4);
  add("drawn", kRandomControl, 999, 0.4);  // log10(1 + state) = 3 of 2..6
  add("late", "one_point", 9999, 0.4);
  add("drawn too", kRandomControl, 999, 0.8, {}, 0.1);  // infeasible
  add("last", "one_point", 99, 0.4);
  const auto control = read_front(store_).control;
  ASSERT_TRUE(control);
  EXPECT_EQ(control->evaluations, 2);
  EXPECT_EQ(control->of, 5);
  EXPECT_NEAR(control->control, 0.4 * 0.75, 1e-9);
  EXPECT_NEAR(control->first, 0.4 * 0.5, 1e-9);
  EXPECT_NEAR(control->last, 0.4, 1e-9);
}

TEST_F(ControlReportTest, CountsProbesAndLeavesOutWhatIsTriedAgain) {
  add("bred", "random", 999, 0.5);
  add(EvaluationRecord{.hash = "bred", .rung = Rung::kProbe, .finished = true, .score = 0.9});
  add("drawn", kRandomControl, 999, 0.5);
  add(EvaluationRecord{.hash = "drawn", .rung = Rung::kProbe, .finished = true, .score = 0.9});
  add(EvaluationRecord{.hash = "drawn", .rung = Rung::kBattery, .finished = true, .score = 0.9, .retry = 1});
  const auto control = read_front(store_).control;
  ASSERT_TRUE(control);
  EXPECT_EQ(control->evaluations, 2);
  EXPECT_NEAR(control->control, 0.5 * 0.75, 1e-9);
  EXPECT_EQ(control->last, control->control);
}

TEST_F(ControlReportTest, IsNothingWithoutAControl) {
  add("bred", "random", 999, 0.5);
  EXPECT_FALSE(read_front(store_).control);
}

TEST_F(ControlReportTest, TheControlIsCountedAndOnNoFront) {
  add("bred", "random", 9999, 0.5);
  add("drawn", kRandomControl, 999, 0.9);
  const auto report = read_front(store_);
  ASSERT_EQ(report.front.size(), 1u);
  EXPECT_EQ(report.front[0].candidate.hash, "bred");
  EXPECT_NEAR(report.hypervolume, 0.25, 1e-9);
  EXPECT_EQ(report.evaluated, 2);
}

}  // namespace
}  // namespace madsearch
