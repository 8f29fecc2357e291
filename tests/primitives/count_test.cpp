#include "primitives/count.h"

#include <gtest/gtest.h>

#include <limits>

namespace madsearch {
namespace {

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

TEST(Count, CalculatesAsIntegersDo) {
  const Count D = 64, T = 128;
  EXPECT_EQ(static_cast<std::int64_t>(4 * T * D * D + 3 * D / 2 - 1), 4 * 128 * 64 * 64 + 95);
  EXPECT_TRUE(D < T && D == 64 && T > 100);
  const bool none = false;
  const auto chosen = none ? D : 0;
  EXPECT_EQ(chosen, 0);
}

TEST(Count, ThrowsWhereAnIntegerWouldWrap) {
  const Count most = kMost;
  EXPECT_THROW(most + 1, TooLarge);
  EXPECT_THROW(-2 - most, TooLarge);
  EXPECT_THROW(most * 2, TooLarge);
  Count sum = kMost - 1;
  sum += 1;
  EXPECT_THROW(sum += 1, TooLarge);
  EXPECT_EQ(most / 2 * 2, kMost - 1);
}

}  // namespace
}  // namespace madsearch
