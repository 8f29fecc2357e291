#include "engine/study/cholesky.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(Cholesky, SolvesForManyRightSides) {
  const std::vector<std::vector<double>> A = {{4, 2, -2}, {2, 10, 1}, {-2, 1, 6}};
  auto lower = A;
  lower[0][1] = lower[0][2] = lower[1][2] = 1e9;  // is not read
  const Cholesky factored(lower);
  for (const auto& x : std::vector<std::vector<double>>{{1, 2, 3}, {-4, 0, 0.5}}) {
    std::vector<double> b(3);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j) b[i] += A[i][j] * x[j];
    const auto found = factored.solved(b);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(found[i], x[i], 1e-12) << i;
  }
}

}  // namespace
}  // namespace madsearch
