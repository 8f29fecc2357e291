#include "engine/run/slot_news.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

std::vector<PoolUse> far(std::int64_t workers, std::int64_t starting = 0) {
  return {{.name = "far", .slots = 8, .workers = workers, .starting = starting}};
}

TEST(SlotNews, TellsAtOnceWhenTheFirstComesAndTheLastGoes) {
  SlotNews slots;
  EXPECT_EQ(slots.news(far(0, 8), 100), "");
  EXPECT_EQ(slots.news(far(1, 7), 101), "1 of 8 slots have a worker: far 1 of 8 (7 start or wait in a queue)");
  EXPECT_EQ(slots.news(far(0), 102), "0 of 8 slots have a worker: far 0 of 8");
}

TEST(SlotNews, TellsOtherChangesSeldom) {
  SlotNews slots;
  slots.news(far(1), 0);
  EXPECT_EQ(slots.news(far(2), 1), "");
  EXPECT_EQ(slots.news(far(5), 29), "");
  EXPECT_EQ(slots.news(far(6), 31), "6 of 8 slots have a worker: far 6 of 8");
  EXPECT_EQ(slots.news(far(6), 100), "");
}

TEST(SlotNews, TellsOnceThatNobodyCame) {
  SlotNews slots;
  EXPECT_EQ(slots.news(far(0, 8), 5), "");
  EXPECT_EQ(slots.news(far(0, 8), 36), "0 of 8 slots have a worker: far 0 of 8 (8 start or wait in a queue)");
  EXPECT_EQ(slots.news(far(0, 8), 100), "");
}

TEST(SlotNews, SumsUpAPool) {
  EXPECT_EQ(
      to_text(PoolUse{
          .name = "far", .slots = 6, .requests = 120, .busy_share = 0.815, .losses = {{"node7", 2}, {"node9", 1}}}),
      "far: 6 slots, busy 81.5 % of the time, 120 requests; workers lost: 2 on node7, 1 on node9");
  EXPECT_EQ(to_text(PoolUse{.name = "far", .slots = 1}), "far: 1 slots, busy 0.0 % of the time, 0 requests");
}

}  // namespace
}  // namespace madsearch
