#include "engine/worker/replicas.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "support.h"

namespace madsearch {
namespace {

/// Five replicas of a design, so many of them at once.
Replicas five(std::int64_t at_once, Recorder recorder = {}) {
  const std::vector<double> rates{1e-3, 3e-3, 1e-2, 2e-3, 5e-3}, decays{0, 0.1, 0, 0.1, 0};
  return {testing::sized("mamba moe attention{heads=2} swiglu", 16, 8),
          testing::model_options(16, 6, 8, {1, 2, 3, 4, 5}, at::kDouble),
          rates,
          decays,
          {},
          {at_once, {std::move(recorder)}}};
}

Batch batch(std::int64_t shift) {
  const auto tokens = at::arange(4 * 8, at::kLong).add(shift).mul(7).remainder(6);
  return {tokens.view({4, 8}), at::arange(4 * 8, at::kLong), tokens.roll({-1}, {0})};
}

/// Sums over several replicas may be taken in another order than those over one.
void expect_equal(const Replicas& a, const Replicas& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::int64_t r = 0; r < a.size(); ++r) EXPECT_TRUE(at::allclose(a.weights(r), b.weights(r), 1e-9, 1e-12)) << r;
}

TEST(Replicas, AreTheSameHoweverManyAreComputedAtOnce) {
  for (const std::int64_t at_once : {1, 2, 3}) {
    auto all = five(5), some = five(at_once);
    for (std::int64_t i = 0; i < 3; ++i)
      EXPECT_TRUE(at::allclose(all.step(batch(i), 1), some.step(batch(i), 1), 1e-9)) << at_once << ", step " << i;
    expect_equal(all, some);
    for (auto* replicas : {&all, &some}) {
      replicas->keep({0, 2, 4});
      replicas->step(batch(3), 0.5);
      replicas->keep({1, 2});
      replicas->step(batch(4), 0.5);
    }
    expect_equal(all, some);
    const auto a = all.metrics(batch(5), true), b = some.metrics(batch(5), true);
    ASSERT_EQ(a.size(), 2u);
    ASSERT_EQ(b.size(), 2u);
    for (std::size_t r = 0; r < 2; ++r) EXPECT_NEAR(a[r].loss, b[r].loss, 1e-9);
  }
}

TEST(Replicas, AreNotChangedByARehearsal) {
  auto plain = five(2), rehearsed = five(2);
  rehearsed.rehearse(batch(7));
  for (auto* replicas : {&plain, &rehearsed}) replicas->step(batch(0), 1);
  expect_equal(plain, rehearsed);
}

TEST(Replicas, OneGoesOnWithTheWeightsThatWereKept) {
  auto replicas = five(2);
  replicas.step(batch(0), 1);
  const auto kept = replicas.weights(3);
  replicas.step(batch(1), 1);
  EXPECT_EQ(replicas.only(kept).replicas(), 1);
  EXPECT_EQ(replicas.size(), 1);
  EXPECT_TRUE(at::equal(replicas.weights(0), kept));
}

}  // namespace
}  // namespace madsearch
