#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/blocks.h"
#include "tests/primitives/linear_attention/plain_convolution.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// Beck et al. 2024, equations 19 to 27 without a stabiliser: C and n as sums over the past of gates multiplied out.
std::vector<Vector> recurrence(const Pass& pass, std::int64_t heads) {
  const auto D = pass.width, K = pass["q.weight"].sizes[0], dk = K / heads, dv = D / heads;
  const auto cap = [](double u) { return 15 * std::tanh(u / 15); };
  std::vector<Vector> rows, k, v, in, forget, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto x = pass.token(t);
    const auto gate = pass.linear("ogate_preact", x);
    rows.push_back(projected(pass, {"q", "k", "v"}, x));
    const auto qkv = residual_convolved(pass, rows);
    const auto q = part(qkv, 0, K);
    k.push_back(part(qkv, K, K));
    v.push_back(part(qkv, 2 * K, D));
    in.push_back(pass.linear("igate_preact", x));
    forget.push_back(pass.linear("fgate_preact", x));
    Vector y(static_cast<std::size_t>(D));
    for (std::int64_t head = 0; head < heads; ++head) {
      auto &i = in[t][head], &f = forget[t][head];
      i = cap(i);
      f = sigmoid(cap(f));
      Vector h(static_cast<std::size_t>(dv), 0);
      double sum = 0;
      for (std::int64_t s = 0; s <= t; ++s) {
        double weight = 0;
        for (std::int64_t a = head * dk; a < (head + 1) * dk; ++a)
          weight += q[a] * k[s][a] / std::sqrt(static_cast<double>(dk));
        weight *= std::exp(in[s][head]);
        for (std::int64_t r = s + 1; r <= t; ++r) weight *= forget[r][head];
        sum += weight;
        for (std::int64_t j = 0; j < dv; ++j) h[j] += weight * v[s][head * dv + j];
      }
      double mean = 0;
      double square = 0;
      for (auto& u : h) {
        u /= std::max(std::abs(sum), 1.0);
        mean += u / static_cast<double>(dv);
      }
      for (const auto u : h) square += (u - mean) * (u - mean) / static_cast<double>(dv);
      for (std::int64_t j = 0; j < dv; ++j) {
        const auto c = head * dv + j;
        y[c] = (h[j] - mean) / std::sqrt(square + 1e-6) * pass["multihead_norm.weight"](c) * sigmoid(gate[c]);
      }
    }
    out.push_back(pass.linear("out_proj", y));
  }
  return out;
}

TEST(MLSTM, ReadsAMemoryWrittenThroughExponentialGates) {
  for (const std::int64_t heads : {1, 3})
    for (const auto& expand : {KnobValue(1, 2), KnobValue(1)})
      for (const auto& conv : {KnobValue("none"), KnobValue(3)}) {
        SCOPED_TRACE(expand.text());
        expect_agreement(passes("mlstm", {{"heads", heads}, {"expand_k", expand}, {"conv", conv}}, {12, 10}),
                         [&](const Pass& pass) { return recurrence(pass, heads); });
      }
}

TEST(MLSTM, StaysFiniteWhereExponentialsOfTheGatesAddUpBeyondFloat) {
  const at::NoGradGuard constant;
  constexpr Shape shape{32, 512};
  const auto narrow = build_mixer("mlstm", find_primitive("mlstm")->defaults(), build_for(shape, 1, at::kFloat));
  const auto wide = build_mixer("mlstm", find_primitive("mlstm")->defaults(), build_for(shape, 1));
  for (const auto& block : {narrow.get(), wide.get()})
    for (const auto& [name, value] : block->parameters())
      if (name.find("gate_preact.weight") != std::string::npos)
        value.copy_(random_tensor(value.sizes(), 3).to(value.dtype()) * 5);
  const auto x = random_input(1, 2, shape);
  const auto y = narrow->forward(x.to(at::kFloat));
  EXPECT_TRUE(at::isfinite(y).all().item<bool>());
  EXPECT_LT(relative_difference(y, wide->forward(x)), 1e-3);
}

}  // namespace
}  // namespace madsearch
