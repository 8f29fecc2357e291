#include "primitives/recurrences.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/primitives/blocks.h"
#include "tests/primitives/finite_differences.h"

namespace madsearch {
namespace {

std::vector<at::Tensor> scan_inputs(std::int64_t R, std::int64_t B, std::int64_t T, std::int64_t I, std::int64_t N) {
  return {random_tensor({R, B, T, I}, 1), random_tensor({R, B, T, I}, 2).abs(), -random_tensor({R, N, I}, 3).abs(),
          random_tensor({R, B, T, N}, 4), random_tensor({R, B, T, N}, 5)};
}

at::Tensor scan(const std::vector<at::Tensor>& in) { return selective_scan(in[0], in[1], in[2], in[3], in[4]); }

TEST(SelectiveScan, HasTheGradientsOfFiniteDifferences) { expect_gradients(scan, scan_inputs(2, 2, 5, 3, 2)); }

TEST(SelectiveScan, UsesEachReplicasOwnRates) {
  auto in = scan_inputs(3, 2, 6, 5, 4);
  const auto all = scan(in);
  for (std::int64_t r = 0; r < 3; ++r) {
    std::vector<at::Tensor> one;
    for (const auto& tensor : in) one.push_back(tensor.slice(0, r, r + 1));
    EXPECT_LT(relative_difference(scan(one)[0], all[r]), 1e-14);
  }
}

TEST(SelectiveScan, HoldsInFloat32) {
  std::vector<at::Tensor> wide = scan_inputs(2, 2, 100, 40, 8), narrow;
  for (auto& tensor : wide) narrow.push_back(tensor.to(at::kFloat).set_requires_grad(true)), tensor.set_requires_grad(true);
  const auto y = scan(wide), single = scan(narrow);
  EXPECT_EQ(single.scalar_type(), at::kFloat);
  EXPECT_LT(relative_difference(single, y), 1e-6);
  y.backward(at::ones_like(y));
  single.backward(at::ones_like(single));
  for (std::size_t n = 0; n < wide.size(); ++n) EXPECT_LT(relative_difference(narrow[n].grad(), wide[n].grad()), 3e-6) << "input " << n;
}

TEST(SelectiveScan, DecaysByTheExponentialToSevenDigits) {
  constexpr std::int64_t I = 4000;  // h is 1 after the first token and exp(Δ A) after the second
  const auto A = at::linspace(-80, 0, I, at::kFloat).view({1, 1, I});
  const auto u = at::cat({at::ones({1, 1, 1, I}), at::zeros({1, 1, 1, I})}, 2), one = at::ones({1, 1, 2, 1});
  const auto y = selective_scan(u, at::ones_like(u), A, one, one).select(2, 1);
  const auto exact = at::exp(A.to(at::kDouble));
  EXPECT_LT(((y - exact) / exact).abs().max().item<double>(), 3e-7);
}

TEST(SelectiveScan, ForgetsAllAtAnInfiniteRateAndKeepsNaN) {
  const auto u = at::ones({1, 1, 2, 1}), one = at::ones({1, 1, 2, 1}), A = at::full({1, 1, 1}, -INFINITY);
  EXPECT_NEAR(selective_scan(u, at::ones_like(u), A, one, one)[0][0][1].item<double>(), 1, 1e-7);
  auto broken = u.clone();
  broken[0][0][0] = NAN;
  EXPECT_TRUE(std::isnan(selective_scan(broken, at::ones_like(u), at::full({1, 1, 1}, -1), one, one)[0][0][1].item<double>()));
  EXPECT_TRUE(std::isnan(selective_scan(u, broken, at::full({1, 1, 1}, -1), one, one)[0][0][1].item<double>()));
}

TEST(GatedRecurrence, HasTheGradientsOfFiniteDifferences) {
  const auto q = random_tensor({2, 2, 5, 3}, 1), k = random_tensor({2, 2, 5, 3}, 2), v = random_tensor({2, 2, 5, 4}, 4);
  expect_gradients([](const auto& in) { return gated_recurrence(in[0], in[1], in[2], in[3]); },
                   {q, k, -random_tensor({2, 2, 5, 3}, 3).abs(), v});
  expect_gradients([](const auto& in) { return gated_recurrence(in[0], in[1], {}, in[2]); }, {q, k, v});
}

TEST(GatedRecurrence, SumsOuterProductsThatFade) {
  const std::int64_t T = 7, K = 3, V = 4;
  const auto q = random_tensor({2, T, K}, 1), k = random_tensor({2, T, K}, 2), a = -random_tensor({2, T, K}, 3).abs(),
             v = random_tensor({2, T, V}, 4);
  const auto o = gated_recurrence(q, k, a, v), kept = gated_recurrence(q, k, {}, v);
  for (std::int64_t m = 0; m < 2; ++m)
    for (std::int64_t t = 0; t < T; ++t) {
      auto faded = at::zeros({V}, at::kDouble), summed = faded.clone();
      for (std::int64_t s = 0; s <= t; ++s) {
        faded += at::dot(q[m][t] * at::exp(a[m].slice(0, s + 1, t + 1).sum(0)), k[m][s]) * v[m][s];
        summed += at::dot(q[m][t], k[m][s]) * v[m][s];
      }
      EXPECT_LT(relative_difference(o[m][t], faded), 1e-12);
      EXPECT_LT(relative_difference(kept[m][t], summed), 1e-12);
    }
}

TEST(GatedRecurrence, HoldsInFloat32) {
  std::vector<at::Tensor> wide = {random_tensor({4, 90, 16}, 1), random_tensor({4, 90, 16}, 2), -random_tensor({4, 90, 16}, 3).abs(),
                                  random_tensor({4, 90, 17}, 4)};
  std::vector<at::Tensor> narrow;
  for (auto& tensor : wide) narrow.push_back(tensor.to(at::kFloat).set_requires_grad(true)), tensor.set_requires_grad(true);
  const auto y = gated_recurrence(wide[0], wide[1], wide[2], wide[3]),
             single = gated_recurrence(narrow[0], narrow[1], narrow[2], narrow[3]);
  EXPECT_LT(relative_difference(single, y), 1e-6);
  y.backward(at::ones_like(y));
  single.backward(at::ones_like(single));
  for (std::size_t n = 0; n < wide.size(); ++n) EXPECT_LT(relative_difference(narrow[n].grad(), wide[n].grad()), 3e-6) << "input " << n;
}

TEST(Recurrences, TakeViewsThatAreNotContiguous) {
  const auto q = random_tensor({2, 3, 6, 4}, 1), v = random_tensor({2, 3, 6, 4}, 2);
  const auto turned = [](const at::Tensor& u) { return u.transpose(1, 2).contiguous().transpose(1, 2); };
  EXPECT_TRUE(at::equal(gated_recurrence(turned(q), turned(q), {}, turned(v)), gated_recurrence(q, q, {}, v)));
}

TEST(Recurrences, ComputeInFloat32WhatComesInLess) {
  const auto q = random_tensor({1, 1, 6, 4}, 1, at::kBFloat16).set_requires_grad(true);
  const auto o = gated_recurrence(q, q, {}, q);
  EXPECT_EQ(o.scalar_type(), at::kFloat);
  o.sum().backward();
  EXPECT_EQ(q.grad().scalar_type(), at::kBFloat16);
}

}  // namespace
}  // namespace madsearch
