
#include "primitives/ops/softmax_attention.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "primitives/ops/faded_attention.h"
#include "primitives/ops/fused_attention.h"
#include "primitives/ops/rotary.h"
#include "tests/primitives/blocks.h"

namespace madsearch {
namespace {

/// What attention is given: rows of queries with some channels more, rows that end with keys and values, fades or none.
struct Given {
  AttentionHeads heads;
  at::Tensor queries, keys_values, fade;
  Given(const AttentionHeads& of, std::int64_t T, bool fades, at::ScalarType type = at::kDouble) : heads(of) {
    queries = random_tensor({2, 2, T, of.queries * of.size + 3}, 1, type).set_requires_grad(true);
    keys_values = random_tensor({2, 2, T, 5 + of.key_numbers() + of.value_numbers()}, 2, type).set_requires_grad(true);
    if (fades) fade = (-random_tensor({2, 2, T, of.queries}, 3, type).abs()).cumsum(2).detach().set_requires_grad(true);
  }
  at::Tensor turns() const {
    return heads.rotated ? rotary_turns(queries.size(2), heads.rotated, queries.options().requires_grad(false))
                         : at::Tensor();
  }
  std::vector<at::Tensor> leaves() const {
    return fade.defined() ? std::vector{queries, keys_values, fade} : std::vector{queries, keys_values};
  }
};

/// The header's equation, every pair of tokens in a matrix.
at::Tensor by_pairs(const Given& in) {
  const auto& heads = in.heads;
  const auto T = in.queries.size(2), W = in.keys_values.size(3), H = heads.queries;
  const auto turned = [&](const at::Tensor& u) {
    return heads.rotated ? at::cat({rotary(u.slice(-1, 0, heads.rotated)), u.slice(-1, heads.rotated)}, -1) : u;
  };
  const auto split = [&](const at::Tensor& rows, std::int64_t begin, std::int64_t count, std::int64_t size) {
    return rows.slice(3, begin, begin + count * size)
        .reshape({2, 2, T, count, size})
        .transpose(2, 3)
        .repeat_interleave(H / count, 2);
  };
  const auto q = turned(split(in.queries, 0, H, heads.size));
  const auto v = split(in.keys_values, W - heads.value_numbers(), heads.values, heads.value_size);
  const auto k = turned(split(in.keys_values, W - heads.key_numbers() - heads.value_numbers(), heads.keys, heads.size));
  auto scores = at::matmul(q, k.transpose(-1, -2)) / std::sqrt(static_cast<double>(heads.size));
  if (in.fade.defined())
    scores = scores + in.fade.transpose(2, 3).unsqueeze(-1) - in.fade.transpose(2, 3).unsqueeze(-2);
  const auto seen = at::zeros({T, T}, at::kBool);
  for (std::int64_t t = 0; t < T; ++t)
    for (std::int64_t s = 0; s <= t; ++s)
      if (t - s < heads.window || s < heads.sinks) seen[t][s] = true;
  const auto y = at::matmul(at::softmax(scores.masked_fill(~seen, -INFINITY), -1), v);
  return y.transpose(2, 3).reshape({2, 2, T, H * heads.value_size});
}

at::Tensor fused(const Given& in) { return fused_attention(in.queries, in.keys_values, in.turns(), in.fade, in.heads); }
at::Tensor by_libtorch(const Given& in) {
  return libtorch_attention(in.queries, in.keys_values, in.turns(), in.fade, in.heads);
}

std::vector<at::Tensor> outputs_and_gradients(const Given& in, at::Tensor (*attention)(const Given&)) {
  for (const auto& leaf : in.leaves()) leaf.mutable_grad() = at::Tensor();
  const auto y = attention(in);
  y.backward(random_tensor(y.sizes(), 9, y.scalar_type()));
  std::vector<at::Tensor> out{y.detach()};
  for (const auto& leaf : in.leaves()) out.push_back(leaf.grad().clone());
  return out;
}

void expect_both_ways(const AttentionHeads& heads, std::int64_t T, bool fades) {
  const Given in(heads, T, fades);
  const auto pairs = outputs_and_gradients(in, by_pairs);
  for (const auto way : {fused, by_libtorch}) {
    const auto found = outputs_and_gradients(in, way);
    for (std::size_t n = 0; n < pairs.size(); ++n)  // at T = 1 the weights are 1 whatever the scores
      EXPECT_LT((found[n] - pairs[n]).abs().max().item<double>(), 1e-11 * (1 + pairs[n].abs().max().item<double>()))
          << (way == fused ? "fused" : "LibTorch") << ", " << T << " tokens, " << n;
  }
}

TEST(SoftmaxAttention, IsAWeightedMeanOverPairsBothWays) {
  for (const std::int64_t T : {1, 7, 20, 131}) {
    expect_both_ways({.queries = 2, .keys = 2, .values = 2, .size = 4, .value_size = 4}, T, false);
    expect_both_ways({.queries = 4, .keys = 2, .values = 2, .size = 8, .value_size = 8, .rotated = 8}, T, false);
  }
}

TEST(SoftmaxAttention, TakesValuesOfAnotherSizeAndNumberThanKeys) {
  for (const std::int64_t T : {1, 7, 20}) {
    expect_both_ways({.queries = 4, .keys = 4, .values = 2, .size = 4, .value_size = 8, .rotated = 4}, T, false);
    expect_both_ways({.queries = 4, .keys = 2, .values = 1, .size = 6, .value_size = 5, .rotated = 2}, T, false);
    expect_both_ways({.queries = 2, .keys = 1, .values = 2, .size = 3, .value_size = 3}, T, true);
  }
}

TEST(SoftmaxAttention, FadesThePast) {
  for (const std::int64_t T : {1, 7, 20, 40, 128, 131, 261}) {
    expect_both_ways({.queries = 2, .keys = 2, .values = 2, .size = 4, .value_size = 4}, T, true);
    expect_both_ways(
        {.queries = 2, .keys = 1, .values = 1, .size = 16, .value_size = 16, .rotated = 16, .window = 9, .sinks = 3}, T,
        true);
  }
}

/// Blocks of 128 queries, and of the four sequences as many at once as `most` weights allow.
TEST(FadedAttention, IsTheSameInPieces) {
  const auto rows = [](std::uint64_t seed) { return random_tensor({4, 2, 261, 8}, seed).set_requires_grad(true); };
  const std::vector<at::Tensor> in = {
      rows(1), rows(2), rows(3), (-random_tensor({4, 2, 261}, 4).abs()).cumsum(2).detach().set_requires_grad(true)};
  const auto found = [&](std::int64_t most) {
    const auto y = faded_attention(in[0], in[1], in[2], in[3], {.window = 200, .sinks = 2}, most);
    auto out = torch::autograd::grad({y}, {in[0], in[1], in[2], in[3]}, {random_tensor(y.sizes(), 5)});
    out.push_back(y);
    return out;
  };
  const auto whole = found(1 << 25);
  for (const std::int64_t most : {1, 3 * 2 * 128 * 261}) {
    const auto parts = found(most);
    for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_LT(relative_difference(parts[i], whole[i]), 1e-13) << i;
  }
}

TEST(SoftmaxAttention, SeesAWindowAndTheFirstTokensWhateverTheLength) {
  for (const std::int64_t T : {1, 7, 20, 24, 25, 100})  // LibTorch: a mask, and from 25 or so on blocks
    for (const std::int64_t sinks : {0, 1, 3}) {
      expect_both_ways(
          {.queries = 2, .keys = 2, .values = 2, .size = 4, .value_size = 4, .rotated = 4, .window = 5, .sinks = sinks},
          T, false);
      expect_both_ways({.queries = 2, .keys = 1, .values = 1, .size = 4, .value_size = 4, .window = 1, .sinks = sinks},
                       T, false);
    }
  expect_both_ways({.queries = 1, .keys = 1, .values = 1, .size = 8, .value_size = 8, .window = 8, .sinks = 17}, 120,
                   false);
}

TEST(SoftmaxAttention, ReadsKeysAndValuesBehindQueriesInOneTensor) {
  const AttentionHeads heads{.queries = 2, .keys = 1, .values = 1, .size = 4, .value_size = 4};
  const auto rows = random_tensor({2, 2, 9, 16}, 1);
  const auto gradient = [&](decltype(&fused_attention) way, bool one) {
    const auto leaf = rows.clone().set_requires_grad(true);
    way(leaf, one ? leaf : leaf.slice(3, 8), {}, {}, heads).backward(random_tensor({2, 2, 9, 8}, 9));
    return leaf.grad();
  };
  const auto expected = gradient(libtorch_attention, false);
  EXPECT_LT(relative_difference(gradient(libtorch_attention, true), expected), 1e-13);
  EXPECT_LT(relative_difference(gradient(fused_attention, true), expected), 1e-13);
  EXPECT_LT(relative_difference(gradient(fused_attention, false), expected), 1e-13);
}

TEST(SoftmaxAttention, HasTheGradientsOfFiniteDifferences) {
  const Given in(
      {.queries = 2, .keys = 2, .values = 1, .size = 2, .value_size = 3, .rotated = 2, .window = 3, .sinks = 1}, 6,
      true);
  outputs_and_gradients(in, fused);
  const auto weight = random_tensor({2, 2, 6, 6}, 9);
  constexpr double kStep = 1e-6;
  for (const auto& leaf : in.leaves()) {
    const at::NoGradGuard constant;
    const auto expected = at::empty_like(leaf);
    auto* number = leaf.data_ptr<double>();
    for (std::int64_t i = 0; i < leaf.numel(); ++i) {
      const double before = number[i];
      const auto moved = [&](double by) {
        number[i] = before + by;
        return (fused(in) * weight).sum().item<double>();
      };
      expected.data_ptr<double>()[i] = (moved(kStep) - moved(-kStep)) / (2 * kStep);
      number[i] = before;
    }
    EXPECT_LT(relative_difference(leaf.grad(), expected), 1e-7);
  }
}

TEST(SoftmaxAttention, HoldsInFloat32) {
  for (const auto& heads :
       {AttentionHeads{.queries = 2, .keys = 2, .values = 2, .size = 16, .value_size = 16, .rotated = 16},
        AttentionHeads{.queries = 2, .keys = 2, .values = 1, .size = 12, .value_size = 20, .window = 9, .sinks = 2}})
    for (const bool fades : {false, true}) {
      const Given wide(heads, 100, fades);
      Given narrow = wide;
      for (auto* tensor : {&narrow.queries, &narrow.keys_values, &narrow.fade})
        if (tensor->defined()) *tensor = tensor->detach().to(at::kFloat).set_requires_grad(true);
      const auto exact = outputs_and_gradients(wide, fused);
      const auto found = outputs_and_gradients(narrow, fused);
      for (std::size_t n = 0; n < exact.size(); ++n)
        EXPECT_LT(relative_difference(found[n].to(at::kDouble), exact[n]), 2e-5) << n;
    }
}

TEST(SoftmaxAttention, StaysFiniteWhereAllIsForgotten) {
  const AttentionHeads heads{.queries = 2, .keys = 2, .values = 2, .size = 8, .value_size = 8};
  Given in(heads, 512, false, at::kFloat);
  in.fade = at::full({2, 2, 512, 2}, -90.0f).cumsum(2).set_requires_grad(true);  // a weight of e^-90 a token
  for (const auto way : {fused, by_libtorch})
    for (const auto& tensor : outputs_and_gradients(in, way)) EXPECT_TRUE(at::isfinite(tensor).all().item<bool>());
}

}  // namespace
}  // namespace madsearch
