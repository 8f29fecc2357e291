#include "engine/worker/bench.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(Bench, TimesStepsBesideAttention) {
  const auto reply = bench({"b", {"mamba swiglu", "attention{heads=4} swiglu"}, 32, 64, 2, 3}, {});
  EXPECT_GT(reply.peak_gflops, 1);
  ASSERT_EQ(reply.rows.size(), 2u);
  for (const auto& row : reply.rows) {
    EXPECT_GT(row.milliseconds, 0);
    EXPECT_GT(row.gflops, 0);
    EXPECT_LT(row.share_of_peak, 1);
    EXPECT_GT(row.ratio_to_attention, 0);
  }
}

}  // namespace
}  // namespace madsearch
