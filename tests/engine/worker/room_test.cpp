#include "engine/worker/room.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

/// Of 100 bytes that stay and 600 that six replicas take beside them.
std::optional<Room> room_in(std::int64_t bytes, bool record = false) { return room_for({100, 600}, 6, record, bytes); }

TEST(Room, IsForAllReplicasWithAQuarterToSpare) {
  EXPECT_EQ(room_in(875)->at_once, 6);
  EXPECT_EQ(room_in(874)->at_once, 5);
  EXPECT_EQ(room_in(500)->at_once, 3);
}

TEST(Room, IsForARecordingWhereAllFitsTwice) {
  EXPECT_TRUE(room_in(1750, true)->recorded);
  EXPECT_FALSE(room_in(1750, false)->recorded) << "nobody asked";
  EXPECT_FALSE(room_in(1749, true)->recorded);
  EXPECT_EQ(room_in(1749, true)->at_once, 6);
}

TEST(Room, IsTriedForOneReplicaUnlessThatIsTooMuchForCertain) {
  EXPECT_EQ(room_in(250)->at_once, 1);
  EXPECT_EQ(room_in(160)->at_once, 1);
  EXPECT_FALSE(room_in(159));
}

}  // namespace
}  // namespace madsearch
