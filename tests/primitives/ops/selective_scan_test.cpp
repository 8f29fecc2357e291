#include "primitives/ops/selective_scan.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/primitives/blocks.h"
#include "tests/primitives/gradient_checks.h"

namespace madsearch {
namespace {

/// Output and state after the last token in one row, to be compared at once.
at::Tensor both(const Carried& carried) { return at::cat({carried.output.flatten(), carried.state.flatten()}); }

std::vector<at::Tensor> scan_inputs(std::int64_t R, std::int64_t B, std::int64_t T, std::int64_t I, std::int64_t N) {
  return {random_tensor({R, B, T, I}, 1), random_tensor({R, B, T, I}, 2).abs(), -random_tensor({R, N, I}, 3).abs(),
          random_tensor({R, B, T, N}, 4), random_tensor({R, B, T, N}, 5)};
}

at::Tensor scan(const std::vector<at::Tensor>& in) { return selective_scan(in[0], in[1], in[2], in[3], in[4]); }

TEST(SelectiveScan, HasTheGradientsOfFiniteDifferences) { expect_gradients(scan, scan_inputs(2, 2, 5, 3, 2)); }

TEST(SelectiveScan, HasTheGradientsOfFiniteDifferencesThroughItsStates) {
  auto in = scan_inputs(2, 2, 5, 3, 2);
  expect_gradients([](const auto& x) { return both(selective_scan_from({}, x[0], x[1], x[2], x[3], x[4])); }, in);
  in.push_back(random_tensor({2, 2, 2, 3}, 6));
  expect_gradients([](const auto& x) { return both(selective_scan_from(x[5], x[0], x[1], x[2], x[3], x[4])); }, in);
}

TEST(SelectiveScan, GoesOnFromTheStateOfAFirstPart) {
  const auto in = scan_inputs(2, 2, 9, 5, 4);
  const auto part = [&](std::int64_t from, std::int64_t to, const at::Tensor& state) {
    const auto cut = [&](std::size_t n) { return in[n].slice(2, from, to); };
    return selective_scan_from(state, cut(0), cut(1), in[2], cut(3), cut(4));
  };
  const auto whole = part(0, 9, {});
  for (const std::int64_t at : {1, 4, 8}) {
    const auto first = part(0, at, {});
    const auto second = part(at, 9, first.state);
    EXPECT_LT(relative_difference(at::cat({first.output, second.output}, 2), whole.output), 1e-14);
    EXPECT_LT(relative_difference(second.state, whole.state), 1e-14);
  }
}

TEST(SelectiveScan, UsesEachReplicasOwnRates) {
  auto in = scan_inputs(3, 2, 6, 5, 4);
  const auto all = scan(in);
  for (std::int64_t r = 0; r < 3; ++r) {
    std::vector<at::Tensor> one;
    for (const auto& tensor : in) one.push_back(tensor.slice(0, r, r + 1));
    EXPECT_LT(relative_difference(scan(one)[0], all[r]), 1e-14);
  }
}

TEST(SelectiveScan, HoldsInFloat32) { expect_the_same_in_float32(scan, scan_inputs(2, 2, 100, 40, 8), 1e-6, 3e-6); }

TEST(SelectiveScan, DecaysByTheExponentialToSevenDigits) {
  constexpr std::int64_t I = 4000;  // h is 1 after the first token and exp(Δ A) after the second
  const auto A = at::linspace(-80, 0, I, at::kFloat).view({1, 1, I});
  const auto u = at::cat({at::ones({1, 1, 1, I}), at::zeros({1, 1, 1, I})}, 2);
  const auto one = at::ones({1, 1, 2, 1});
  const auto y = selective_scan(u, at::ones_like(u), A, one, one).select(2, 1);
  const auto exact = at::exp(A.to(at::kDouble));
  EXPECT_LT(((y - exact) / exact).abs().max().item<double>(), 3e-7);
}

TEST(SelectiveScan, ForgetsAllAtAnInfiniteRateAndKeepsNaN) {
  const auto u = at::ones({1, 1, 2, 1});
  const auto one = at::ones({1, 1, 2, 1});
  const auto A = at::full({1, 1, 1}, -INFINITY);
  EXPECT_NEAR(selective_scan(u, at::ones_like(u), A, one, one)[0][0][1].item<double>(), 1, 1e-7);
  auto broken = u.clone();
  broken[0][0][0] = NAN;
  EXPECT_TRUE(
      std::isnan(selective_scan(broken, at::ones_like(u), at::full({1, 1, 1}, -1), one, one)[0][0][1].item<double>()));
  EXPECT_TRUE(std::isnan(selective_scan(u, broken, at::full({1, 1, 1}, -1), one, one)[0][0][1].item<double>()));
}

}  // namespace
}  // namespace madsearch
