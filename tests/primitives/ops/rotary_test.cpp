#include "primitives/ops/rotary.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/primitives/blocks.h"

namespace madsearch {
namespace {

TEST(Rotary, MakesProductsDependOnDistanceAlone) {
  const auto q = random_tensor({1, 1, 1, 1, 8}, 1).expand({1, 1, 1, 9, 8});
  const auto k = random_tensor({1, 1, 1, 1, 8}, 2).expand({1, 1, 1, 9, 8});
  const auto a = rotary(q)[0][0][0];
  const auto b = rotary(k)[0][0][0];
  for (std::int64_t t = 3; t < 9; ++t)
    EXPECT_NEAR(at::dot(a[t], b[t - 3]).item<double>(), at::dot(a[3], b[0]).item<double>(), 1e-13);
  EXPECT_GT(std::abs((at::dot(a[4], b[0]) - at::dot(a[3], b[0])).item<double>()), 1e-3);
}

TEST(Rotary, GoesOnAtAnOffsetAndStaysExactFarAway) {
  const auto x = random_tensor({1, 1, 2, 6, 8}, 1);
  EXPECT_LT(relative_difference(rotary(x.slice(3, 4), 4), rotary(x).slice(3, 4)), 1e-15);
  EXPECT_LT(relative_difference(rotary(x.to(at::kFloat), 1'000'000).to(at::kDouble), rotary(x, 1'000'000)), 2e-7);
}

}  // namespace
}  // namespace madsearch
