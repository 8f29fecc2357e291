#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/blocks.h"
#include "tests/primitives/linear_attention/plain_convolution.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// silu of the projected token; of silu of the convolution where there is one.
Vector activated(const Pass& pass, const std::string& name, const std::vector<Vector>& past) {
  auto out = convolved(pass, name, past);
  const bool twice = pass.parameters.contains(name + ".weight");
  for (auto& u : out) u = silu(twice ? silu(u) : u);
  return out;
}

/// Zhang et al. 2024: slot i of a head holds Σ_{s≤t} (1 - α_s[i]) (Π_{s<r≤t} α_r[i]) of every key and of
/// every value, each term's decay multiplied out.
std::vector<Vector> recurrence(const Pass& pass, std::int64_t H, std::int64_t m) {
  const auto D = pass.width, d = D / H;
  std::vector<Vector> q_in, k_in, v_in, k, v, alpha, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto x = pass.token(t);
    q_in.push_back(pass.linear("q_proj", x));
    k_in.push_back(pass.linear("k_proj", x));
    v_in.push_back(pass.linear("v_proj", x));
    const auto q = activated(pass, "q_conv1d", q_in);
    k.push_back(activated(pass, "k_conv1d", k_in));
    v.push_back(activated(pass, "v_conv1d", v_in));
    alpha.push_back(pass.linear("f_proj", x));
    for (auto& a : alpha.back()) a = std::pow(sigmoid(a), 1.0 / 8);
    Vector y(static_cast<std::size_t>(D), 0);
    for (std::int64_t head = 0; head < H; ++head) {
      const auto query = part(q, head * d, d);
      double sum = 0;
      Vector o(static_cast<std::size_t>(d), 0);
      for (std::int64_t i = head * m; i < (head + 1) * m; ++i) {
        Vector key(static_cast<std::size_t>(d), 0), value = key;
        for (std::int64_t s = 0; s <= t; ++s) {
          double kept = 1 - alpha[s][i];
          for (std::int64_t r = s + 1; r <= t; ++r) kept *= alpha[r][i];
          for (std::int64_t c = 0; c < d; ++c) {
            key[c] += kept * k[s][head * d + c];
            value[c] += kept * v[s][head * d + c];
          }
        }
        const auto weight = std::exp(dot(query, key));
        sum += weight;
        for (std::int64_t c = 0; c < d; ++c) o[c] += weight * value[c];
      }
      for (std::int64_t c = 0; c < d; ++c) y[head * d + c] = silu(o[c] / sum);
    }
    const auto scale = 1 / std::sqrt(dot(y, y) / static_cast<double>(D) + 1e-5);
    for (std::int64_t c = 0; c < D; ++c) y[c] *= scale * pass["g_norm.weight"](c);
    out.push_back(pass.linear("o_proj", y));
  }
  return out;
}

TEST(GatedSlotAttention, AttendsToSlotsThatWriteWhatTheyForget) {
  for (const std::int64_t heads : {1, 3})
    for (const std::int64_t slots : {4, 7})
      for (const auto& conv : {KnobValue("none"), KnobValue(3)}) {
        SCOPED_TRACE(std::to_string(heads) + " " + std::to_string(slots) + " " + conv.text());
        const Settings set = {{"heads", heads}, {"slots", slots}, {"conv", conv}};
        expect_agreement(passes("gated_slot_attention", set, {12, 9}),
                         [&](const Pass& pass) { return recurrence(pass, heads, slots); });
      }
}

/// A slot that never writes divides by no step of zero, one that forgets all at once is no infinity.
TEST(GatedSlotAttention, StaysFiniteWhereGatesAreShutOrWideOpen) {
  const Settings set = {{"heads", 2}, {"slots", 8}, {"conv", "none"}, {"input_conv", "none"}};
  const Shape shape = {16, 12};
  for (const double scale : {1e2, 1e4}) {
    const auto block = build_mixer("gated_slot_attention", set, build_for(shape, 1, at::kFloat));
    for (const auto& [name, value] : block->parameters())
      if (name == "f_proj.weight") value.detach().mul_(scale);
    const auto x = random_input(1, 2, shape, at::kFloat);
    const auto found = gradients(
        *block, [&](const at::Tensor& u) { return block->forward(u); }, x, random_tensor(x.sizes(), 9, at::kFloat));
    EXPECT_TRUE(at::isfinite(found.output).all().item<bool>());
    EXPECT_TRUE(at::isfinite(found.input).all().item<bool>());
    for (const auto& [name, gradient] : found.parameters)
      EXPECT_TRUE(at::isfinite(gradient).all().item<bool>()) << name;
  }
}

}  // namespace
}  // namespace madsearch
