#include "engine/dispatch/memory_share.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

TEST(MemoryShare, LeavesEachProcessRoomForItsContext) {
  EXPECT_EQ(memory_share(80 * kGiB, 1), 80 * kGiB);
  EXPECT_EQ(shown_bytes(memory_share(80 * kGiB, 4)), "19.5 GiB");
  EXPECT_EQ(shown_bytes(memory_share(80 * kGiB, 32)), "2.0 GiB");
  EXPECT_EQ(shown_bytes(kGiB - (1 << 20)), "1023 MiB");
}

TEST(MemoryShare, IsNeverLessThanHalfOfAnEqualPart) {
  EXPECT_EQ(memory_share(8 * kGiB, 16), kGiB / 4);
  EXPECT_EQ(memory_share(8 * kGiB, 8), kGiB / 2);
}

}  // namespace
}  // namespace madsearch
