#include "engine/training/schedule.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace madsearch {
namespace {

TEST(Schedule, CosineWarmsUpAndFallsToATenth) {
  EXPECT_DOUBLE_EQ(schedule("cosine", 0, 100), 0.2);
  EXPECT_DOUBLE_EQ(schedule("cosine", 4, 100), 1);
  EXPECT_DOUBLE_EQ(schedule("cosine", 5, 100), 1);
  EXPECT_NEAR(schedule("cosine", 99, 100), 0.1, 1e-3);
}

TEST(Schedule, WsdStaysAndFallsOverTheLastFifth) {
  EXPECT_DOUBLE_EQ(schedule("wsd", 0, 100), 0.2);
  EXPECT_DOUBLE_EQ(schedule("wsd", 5, 100), 1);
  EXPECT_DOUBLE_EQ(schedule("wsd", 80, 100), 1);
  EXPECT_DOUBLE_EQ(schedule("wsd", 90, 100), 0.5);
  EXPECT_DOUBLE_EQ(schedule("wsd", 99, 100), 0.05);
}

TEST(Schedule, KnowsNoOther) { EXPECT_THROW(schedule("linear", 50, 100), std::invalid_argument); }

}  // namespace
}  // namespace madsearch
