#include "engine/worker/bench.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(Bench, TimesStepsBesideAttention) {
  const BenchRequest request{.id = "b",
                             .designs = {"mamba swiglu", "attention{heads=4} swiglu"},
                             .width = 32,
                             .length = 64,
                             .batch = 2,
                             .replicas = 3,
                             .steps = 3};
  const auto reply = bench(request, {});
  EXPECT_GT(reply.peak_gflops, 1);
  ASSERT_EQ(reply.rows.size(), 2u);
  for (const auto& row : reply.rows) {
    EXPECT_GT(row.milliseconds, 0);
    EXPECT_GT(row.gflops, 0);
    EXPECT_EQ(row.share_of_peak, row.gflops / reply.peak_gflops);
    EXPECT_GT(row.ratio_to_attention, 0);
  }
}

TEST(Bench, ForetellsMemoryWithoutAStep) {
  const BenchRequest request{
      .id = "b", .designs = {"mamba swiglu"}, .width = 32, .length = 64, .batch = 8, .replicas = 2};
  const auto once = bench(request, {});
  ASSERT_EQ(once.rows.size(), 1u);
  EXPECT_EQ(once.rows[0].milliseconds, 0);
  EXPECT_EQ(once.peak_gflops, 0);
  auto larger = request;
  larger.batch = 800;
  const auto more = bench(larger, {}).rows[0].predicted_mib / once.rows[0].predicted_mib;
  EXPECT_GT(more, 50);
  EXPECT_LT(more, 100) << "parameters and moments are the same";
}

TEST(Bench, NeedsSomethingToTime) {
  BenchRequest request{.id = "b", .designs = {"swiglu"}, .width = 32, .length = 8, .batch = 2, .steps = 1};
  request.replicas = 0;
  EXPECT_THROW(bench(request, {}), std::invalid_argument);
}

}  // namespace
}  // namespace madsearch
