#include "primitives/ops/gated_scan.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/primitives/blocks.h"
#include "tests/primitives/gradient_checks.h"

namespace madsearch {
namespace {

/// Decays between 0 and 1, numbers taken in, and a first state.
struct Inputs {
  at::Tensor a, b, before;
  explicit Inputs(std::int64_t T, std::int64_t C = 3)
      : a(at::sigmoid(random_tensor({2, 3, T, C}, 1))),
        b(random_tensor({2, 3, T, C}, 2)),
        before(random_tensor({2, 3, C}, 3)) {}
};

TEST(GatedScan, SumsWhatCameInTimesTheDecaysSince) {
  for (const std::int64_t T : {1, 2, 9}) {
    const Inputs in(T);
    auto h = in.before.clone();
    std::vector<at::Tensor> from_state, from_zeros;
    for (std::int64_t t = 0; t < T; ++t) {
      h = in.a.select(2, t) * h + in.b.select(2, t);
      from_state.push_back(h);
      auto sum = at::zeros_like(h);
      for (std::int64_t s = 0; s <= t; ++s) sum += in.a.slice(2, s + 1, t + 1).prod(2) * in.b.select(2, s);
      from_zeros.push_back(sum);
    }
    EXPECT_LT(relative_difference(gated_scan(in.a, in.b, in.before), at::stack(from_state, 2)), 1e-14);
    EXPECT_LT(relative_difference(gated_scan(in.a, in.b), at::stack(from_zeros, 2)), 1e-14);
    EXPECT_LT(relative_difference(gated_scan(in.a.log(), in.b, in.before, Decay::kLogarithm), at::stack(from_state, 2)),
              1e-14);
  }
}

TEST(GatedScan, HasTheGradientsOfFiniteDifferences) {
  for (const std::int64_t T : {1, 5}) {
    const Inputs in(T);
    for (const auto decay : {Decay::kValue, Decay::kLogarithm}) {
      const auto a = decay == Decay::kValue ? in.a : in.a.log();
      expect_gradients([&](const auto& at) { return gated_scan(at[0], at[1], at[2], decay); }, {a, in.b, in.before});
      if (T > 1) expect_gradients([&](const auto& at) { return gated_scan(at[0], at[1], {}, decay); }, {a, in.b});
    }
  }
}

TEST(GatedScan, GoesOnFromTheStateItWasGiven) {
  const Inputs in(9);
  const auto weight = random_tensor(in.b.sizes(), 4);
  const auto leaves = [&] {
    std::vector<at::Tensor> out = {in.a, in.b, in.before};
    for (auto& leaf : out) leaf = leaf.clone().set_requires_grad(true);
    return out;
  };
  const auto one = leaves();
  const auto two = leaves();
  const auto at_once = gated_scan(one[0], one[1], one[2]);
  const auto first = gated_scan(two[0].slice(2, 0, 4), two[1].slice(2, 0, 4), two[2]);
  const auto second = gated_scan(two[0].slice(2, 4), two[1].slice(2, 4), first.select(2, 3));
  const auto in_two = at::cat({first, second}, 2);
  EXPECT_TRUE(at::equal(in_two, at_once));
  at_once.backward(weight);
  in_two.backward(weight);
  for (std::size_t n = 0; n < one.size(); ++n)
    EXPECT_LT(relative_difference(two[n].grad(), one[n].grad()), 1e-14) << "input " << n;
}

TEST(GatedScan, HoldsInFloat32) {
  const Inputs in(101, 17);
  for (const auto decay : {Decay::kValue, Decay::kLogarithm})
    expect_the_same_in_float32([&](const auto& x) { return gated_scan(x[0], x[1], x[2], decay); },
                               {decay == Decay::kValue ? in.a : in.a.log(), in.b, in.before}, 1e-6, 3e-6);
}

TEST(GatedScan, TakesViewsAndLessThanFloat32) {
  const Inputs in(6);
  const auto turned = [](const at::Tensor& u) { return u.transpose(1, 2).contiguous().transpose(1, 2); };
  EXPECT_TRUE(at::equal(gated_scan(turned(in.a), turned(in.b), in.before), gated_scan(in.a, in.b, in.before)));
  const auto a = in.a.to(at::kBFloat16).set_requires_grad(true);
  const auto h = gated_scan(a, a);
  EXPECT_EQ(h.scalar_type(), at::kFloat);
  h.sum().backward();
  EXPECT_EQ(a.grad().scalar_type(), at::kBFloat16);
}

}  // namespace
}  // namespace madsearch
