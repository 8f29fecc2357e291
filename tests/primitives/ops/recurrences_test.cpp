#include "primitives/ops/recurrences.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/primitives/blocks.h"
#include "tests/primitives/finite_differences.h"

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
    const auto first = part(0, at, {}), second = part(at, 9, first.state);
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

TEST(SelectiveScan, HoldsInFloat32) {
  std::vector<at::Tensor> wide = scan_inputs(2, 2, 100, 40, 8), narrow;
  for (auto& tensor : wide)
    narrow.push_back(tensor.to(at::kFloat).set_requires_grad(true)), tensor.set_requires_grad(true);
  const auto y = scan(wide), single = scan(narrow);
  EXPECT_EQ(single.scalar_type(), at::kFloat);
  EXPECT_LT(relative_difference(single, y), 1e-6);
  y.backward(at::ones_like(y));
  single.backward(at::ones_like(single));
  for (std::size_t n = 0; n < wide.size(); ++n)
    EXPECT_LT(relative_difference(narrow[n].grad(), wide[n].grad()), 3e-6) << "input " << n;
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
  EXPECT_TRUE(
      std::isnan(selective_scan(broken, at::ones_like(u), at::full({1, 1, 1}, -1), one, one)[0][0][1].item<double>()));
  EXPECT_TRUE(std::isnan(selective_scan(u, broken, at::full({1, 1, 1}, -1), one, one)[0][0][1].item<double>()));
}

TEST(GatedRecurrence, HasTheGradientsOfFiniteDifferences) {
  const auto q = random_tensor({2, 2, 5, 3}, 1), k = random_tensor({2, 2, 5, 3}, 2), v = random_tensor({2, 2, 5, 4}, 4);
  expect_gradients([](const auto& in) { return gated_recurrence(in[0], in[1], in[2], in[3]); },
                   {q, k, -random_tensor({2, 2, 5, 3}, 3).abs(), v});
  expect_gradients([](const auto& in) { return gated_recurrence(in[0], in[1], {}, in[2]); }, {q, k, v});
  expect_gradients(
      [](const auto& in) { return both(gated_recurrence_from(in[4], in[0], in[1], in[2], in[3], in[5])); },
      {q, k, -random_tensor({2, 2, 5, 1}, 3).abs(), v, random_tensor({2, 2, 3, 4}, 5), random_tensor({2, 1, 3}, 6)});
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

/// The recurrence of the header in plain loops from `state`; the decays are those of log_decay, spread over the key
/// channels.
Carried by_hand(const at::Tensor& state, const at::Tensor& q, const at::Tensor& k, const at::Tensor& log_decay,
                const at::Tensor& v, const at::Tensor& bonus) {
  const auto M = q.size(0), T = q.size(1);
  std::vector<at::Tensor> out;
  auto H = state;
  for (std::int64_t t = 0; t < T; ++t) {
    const auto update = k.select(1, t).unsqueeze(-1) * v.select(1, t).unsqueeze(-2);
    const auto kept = log_decay.defined() ? at::exp(log_decay.select(1, t)).unsqueeze(-1) * H : H;
    const auto read = bonus.defined() ? H + bonus.expand({M, q.size(2)}).unsqueeze(-1) * update : kept + update;
    out.push_back(at::matmul(q.select(1, t).unsqueeze(-2), read).squeeze(-2));
    H = kept + update;
  }
  return {at::stack(out, 1), H};
}

/// Leaves for q, k, v, state, and where they are wanted bonus and log_decay with `decays` numbers a token.
struct Leaves {
  at::Tensor q, k, v, state, bonus, decay;
  std::vector<at::Tensor> all;
  Leaves(std::int64_t T, std::int64_t K, std::int64_t V, std::int64_t decays, bool with_bonus) {
    const auto leaf = [&](at::IntArrayRef sizes, std::uint64_t seed) {
      return all.emplace_back(random_tensor(sizes, seed).set_requires_grad(true));
    };
    q = leaf({3, T, K}, 1), k = leaf({3, T, K}, 2), v = leaf({3, T, V}, 3), state = leaf({3, K, V}, 4);
    if (with_bonus) bonus = leaf({1, K}, 5);
    if (decays) decay = all.emplace_back((-random_tensor({3, T, decays}, 6).abs()).set_requires_grad(true));
  }
  std::vector<at::Tensor> gradients(const Carried& carried) {
    for (auto& x : all) x.mutable_grad() = at::Tensor();
    const auto row = both(carried);
    row.backward(random_tensor(row.sizes(), 7));
    std::vector<at::Tensor> out;
    for (const auto& x : all) out.push_back(x.grad());
    return out;
  }
};

TEST(GatedRecurrence, IsThePlainLoopInEveryFormForwardAndBackward) {
  for (const std::int64_t T : {1, 7})
    for (const std::int64_t K : {1, 3})
      for (const std::int64_t V : {1, 2, 8, 9, 17, 21, 35, 65})
        for (const std::int64_t decays : {std::int64_t{0}, std::int64_t{1}, K})
          for (const bool bonus : {false, true}) {
            SCOPED_TRACE(at::str("T ", T, " K ", K, " V ", V, " decays ", decays, " bonus ", bonus));
            Leaves x(T, K, V, decays, bonus);
            const auto ours = gated_recurrence_from(x.state, x.q, x.k, x.decay, x.v, x.bonus),
                       want = by_hand(x.state, x.q, x.k, x.decay, x.v, x.bonus);
            EXPECT_LT(relative_difference(ours.output, want.output), 1e-12);
            EXPECT_LT(relative_difference(ours.state, want.state), 1e-12);
            const auto gradients = x.gradients(ours), wanted = x.gradients(want);
            for (std::size_t n = 0; n < gradients.size(); ++n)
              EXPECT_LT(relative_difference(gradients[n], wanted[n]), 1e-12) << "input " << n;
          }
}

TEST(GatedRecurrence, GoesOnFromTheStateOfAFirstPartForwardAndBackward) {
  for (const bool bonus : {false, true}) {
    Leaves x(9, 4, 5, 4, bonus);
    const auto part = [&](std::int64_t from, std::int64_t to, const at::Tensor& state) {
      const auto cut = [&](const at::Tensor& u) { return u.slice(1, from, to); };
      return gated_recurrence_from(state, cut(x.q), cut(x.k), cut(x.decay), cut(x.v), x.bonus);
    };
    const auto whole = part(0, 9, x.state);
    const auto wanted = x.gradients(whole);
    for (const std::int64_t at : {1, 4, 8}) {
      const auto first = part(0, at, x.state), second = part(at, 9, first.state);
      const Carried halves{at::cat({first.output, second.output}, 1), second.state};
      EXPECT_LT(relative_difference(both(halves), both(whole)), 1e-14);
      const auto gradients = x.gradients(halves);
      for (std::size_t n = 0; n < gradients.size(); ++n)
        EXPECT_LT(relative_difference(gradients[n], wanted[n]), 1e-13) << "input " << n;
    }
    const auto blank = gated_recurrence_from({}, x.q, x.k, x.decay, x.v, x.bonus),
               zeros = gated_recurrence_from(at::zeros_like(x.state), x.q, x.k, x.decay, x.v, x.bonus);
    EXPECT_TRUE(at::equal(both(blank), both(zeros)));
    EXPECT_TRUE(at::equal(gated_recurrence(x.q, x.k, x.decay, x.v, x.bonus), blank.output));
  }
}

TEST(GatedRecurrence, HoldsInFloat32) {
  std::vector<at::Tensor> wide = {random_tensor({4, 90, 16}, 1), random_tensor({4, 90, 16}, 2),
                                  -random_tensor({4, 90, 16}, 3).abs(), random_tensor({4, 90, 17}, 4)};
  std::vector<at::Tensor> narrow;
  for (auto& tensor : wide)
    narrow.push_back(tensor.to(at::kFloat).set_requires_grad(true)), tensor.set_requires_grad(true);
  const auto y = gated_recurrence(wide[0], wide[1], wide[2], wide[3]),
             single = gated_recurrence(narrow[0], narrow[1], narrow[2], narrow[3]);
  EXPECT_LT(relative_difference(single, y), 1e-6);
  y.backward(at::ones_like(y));
  single.backward(at::ones_like(single));
  for (std::size_t n = 0; n < wide.size(); ++n)
    EXPECT_LT(relative_difference(narrow[n].grad(), wide[n].grad()), 3e-6) << "input " << n;
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
