#include "primitives/ops/gated_recurrence.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/primitives/blocks.h"
#include "tests/primitives/gradient_checks.h"

namespace madsearch {
namespace {

/// Output and state after the last token in one row, to be compared at once.
at::Tensor both(const Carried& carried) { return at::cat({carried.output.flatten(), carried.state.flatten()}); }

TEST(GatedRecurrence, HasTheGradientsOfFiniteDifferences) {
  const auto q = random_tensor({2, 2, 5, 3}, 1);
  const auto k = random_tensor({2, 2, 5, 3}, 2);
  const auto v = random_tensor({2, 2, 5, 4}, 4);
  expect_gradients([](const auto& in) { return gated_recurrence(in[0], in[1], in[2], in[3]); },
                   {q, k, -random_tensor({2, 2, 5, 3}, 3).abs(), v});
  expect_gradients([](const auto& in) { return gated_recurrence(in[0], in[1], {}, in[2]); }, {q, k, v});
  expect_gradients(
      [](const auto& in) { return both(gated_recurrence_from(in[4], in[0], in[1], in[2], in[3], in[5])); },
      {q, k, -random_tensor({2, 2, 5, 1}, 3).abs(), v, random_tensor({2, 2, 3, 4}, 5), random_tensor({2, 1, 3}, 6)});
}

TEST(GatedRecurrence, SumsOuterProductsThatFade) {
  const std::int64_t T = 7, K = 3, V = 4;
  const auto q = random_tensor({2, T, K}, 1);
  const auto k = random_tensor({2, T, K}, 2);
  const auto a = -random_tensor({2, T, K}, 3).abs();
  const auto v = random_tensor({2, T, V}, 4);
  const auto o = gated_recurrence(q, k, a, v);
  const auto kept = gated_recurrence(q, k, {}, v);
  for (std::int64_t m = 0; m < 2; ++m)
    for (std::int64_t t = 0; t < T; ++t) {
      auto faded = at::zeros({V}, at::kDouble);
      auto summed = faded.clone();
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
    q = leaf({3, T, K}, 1);
    k = leaf({3, T, K}, 2);
    v = leaf({3, T, V}, 3);
    state = leaf({3, K, V}, 4);
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
            const auto ours = gated_recurrence_from(x.state, x.q, x.k, x.decay, x.v, x.bonus);
            const auto want = by_hand(x.state, x.q, x.k, x.decay, x.v, x.bonus);
            EXPECT_LT(relative_difference(ours.output, want.output), 1e-12);
            EXPECT_LT(relative_difference(ours.state, want.state), 1e-12);
            const auto gradients = x.gradients(ours);
            const auto wanted = x.gradients(want);
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
      const auto first = part(0, at, x.state);
      const auto second = part(at, 9, first.state);
      const Carried halves{at::cat({first.output, second.output}, 1), second.state};
      EXPECT_LT(relative_difference(both(halves), both(whole)), 1e-14);
      const auto gradients = x.gradients(halves);
      for (std::size_t n = 0; n < gradients.size(); ++n)
        EXPECT_LT(relative_difference(gradients[n], wanted[n]), 1e-13) << "input " << n;
    }
    const auto blank = gated_recurrence_from({}, x.q, x.k, x.decay, x.v, x.bonus);
    const auto zeros = gated_recurrence_from(at::zeros_like(x.state), x.q, x.k, x.decay, x.v, x.bonus);
    EXPECT_TRUE(at::equal(both(blank), both(zeros)));
    EXPECT_TRUE(at::equal(gated_recurrence(x.q, x.k, x.decay, x.v, x.bonus), blank.output));
  }
}

TEST(GatedRecurrence, HoldsInFloat32) {
  expect_the_same_in_float32([](const auto& in) { return gated_recurrence(in[0], in[1], in[2], in[3]); },
                             {random_tensor({4, 90, 16}, 1), random_tensor({4, 90, 16}, 2),
                              -random_tensor({4, 90, 16}, 3).abs(), random_tensor({4, 90, 17}, 4)},
                             1e-6, 3e-6);
}

TEST(GatedRecurrence, TakesViewsThatAreNotContiguous) {
  const auto q = random_tensor({2, 3, 6, 4}, 1);
  const auto v = random_tensor({2, 3, 6, 4}, 2);
  const auto turned = [](const at::Tensor& u) { return u.transpose(1, 2).contiguous().transpose(1, 2); };
  EXPECT_TRUE(at::equal(gated_recurrence(turned(q), turned(q), {}, turned(v)), gated_recurrence(q, q, {}, v)));
}

TEST(GatedRecurrence, ComputesInFloat32WhatComesInLess) {
  const auto q = random_tensor({1, 1, 6, 4}, 1, at::kBFloat16).set_requires_grad(true);
  const auto o = gated_recurrence(q, q, {}, q);
  EXPECT_EQ(o.scalar_type(), at::kFloat);
  o.sum().backward();
  EXPECT_EQ(q.grad().scalar_type(), at::kBFloat16);
}

}  // namespace
}  // namespace madsearch
