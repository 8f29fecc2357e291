#include "engine/dispatch/health.h"

#include <gtest/gtest.h>

#include "engine/dispatch/backoff.h"

namespace madsearch {
namespace {

TEST(SlotHealth, ADesignMayFailTwiceBeforeTheSlotIsChecked) {
  SlotHealth slot;
  EXPECT_TRUE(slot.clean());
  slot.failed("mamba");
  slot.failed("mamba");
  EXPECT_FALSE(slot.clean());
  EXPECT_FALSE(slot.needs_check());
  slot.failed("mamba");
  EXPECT_TRUE(slot.needs_check());
  EXPECT_EQ(slot.setbacks(), 0) << "a design is no reason to wait for its slot";
}

TEST(SlotHealth, DifferentDesignsThatFailAreAReasonToCheckTheSlot) {
  SlotHealth slot;
  slot.failed("mamba");
  slot.failed("gla");
  EXPECT_TRUE(slot.needs_check());
  EXPECT_EQ(slot.setbacks(), 1);
  slot.failed_check();
  EXPECT_EQ(slot.setbacks(), 2);
  EXPECT_EQ(slot.successes(), 0);
}

TEST(SlotHealth, ACheckSaysThatTheSlotCanWorkASuccessThatItDoes) {
  SlotHealth slot;
  slot.failed("mamba");
  slot.failed("gla");
  slot.failed_check();
  slot.passed_check();
  EXPECT_EQ(slot.successes(), 1);
  EXPECT_FALSE(slot.needs_check());
  EXPECT_FALSE(slot.clean());
  EXPECT_EQ(slot.setbacks(), 1);
  slot.succeeded();
  EXPECT_EQ(slot.successes(), 2);
  EXPECT_TRUE(slot.clean());
  EXPECT_EQ(slot.setbacks(), 0);
}

TEST(Health, EndsAfterEightFailuresInARowAndMoreWithManySlots) {
  for (const std::size_t slots : {1, 2, 3, 16}) {
    Health health(slots);
    const std::size_t most = slots > 2 ? 4 * slots : 8;
    for (std::size_t i = 1; i < most; ++i) health.failed(i % slots + 1, "worker broke");
    EXPECT_EQ(health.verdict(), "") << slots;
    health.failed(1, "worker 1 (cpu) broke");
    EXPECT_TRUE(health.verdict().starts_with(std::to_string(most) + " attempts in a row have failed")) << slots;
  }
}

TEST(Health, ASuccessOrACheckThatPassesEndsTheRow) {
  Health health(1);
  for (int i = 0; i < 30; ++i) {
    for (int j = 0; j < 7; ++j) health.failed(1, "worker 1 (cpu) broke");
    if (i % 2)
      health.succeeded();
    else
      health.passed_check();
    EXPECT_EQ(health.verdict(), "");
  }
}

TEST(Health, QuotesWhatHappenedLastOnEachSlot) {
  Health health(2);
  for (int i = 0; i < 4; ++i) {
    health.failed(1, "worker 1 (cpu) broke " + std::to_string(i));
    health.failed(2, "worker 2 (cpu) burst");
  }
  EXPECT_EQ(health.verdict(),
            "8 attempts in a row have failed, and so has the check of the workers: it is the machinery that fails, not "
            "the designs\n  worker 1 (cpu) broke 3\n  worker 2 (cpu) burst");
}

TEST(Health, EndsAfterEightDesignsWithoutASuccessWhateverAChecksSays) {
  Health health(1);
  for (int i = 0; i < 7; ++i) {
    health.gave_up("design " + std::to_string(i));
    health.gave_up("design " + std::to_string(i));
    health.passed_check();
  }
  EXPECT_EQ(health.verdict(), "");
  health.gave_up("another");
  EXPECT_TRUE(health.verdict().starts_with("8 designs in a row have failed, though")) << health.verdict();
  health.succeeded();
  EXPECT_EQ(health.verdict(), "");
}

TEST(Backoff, DoublesUpToItsLongest) {
  EXPECT_EQ(backoff(0.2, 120, 0), 0);
  EXPECT_EQ(backoff(0.2, 120, 1), 0.2);
  EXPECT_EQ(backoff(0.2, 120, 2), 0.4);
  EXPECT_EQ(backoff(0.2, 120, 5), 3.2);
  EXPECT_EQ(backoff(0.2, 120, 12), 120);
  EXPECT_EQ(backoff(0.2, 120, 1'000'000), 120);
}

}  // namespace
}  // namespace madsearch
