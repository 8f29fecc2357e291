#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/linear_attention/plain_convolution.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// silu of the convolution; the token itself where there is none.
Vector activated(const Pass& pass, const std::string& name, const std::vector<Vector>& past) {
  auto out = convolved(pass, name, past);
  if (!pass.parameters.contains(name + ".weight")) return out;
  for (auto& u : out) u = silu(u);
  return out;
}

/// Yang et al. 2023, section 4: S_t = Σ_{s≤t} (Π_{s<r≤t} α_r) k_sᵀ v_s a head, each term's decay multiplied out.
std::vector<Vector> recurrence(const Pass& pass, std::int64_t heads) {
  const auto K = pass["k_proj.weight"].sizes[0], V = pass["v_proj.weight"].sizes[0], dk = K / heads, dv = V / heads;
  std::vector<Vector> q_in, k_in, v_in, k, v, alpha, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto x = pass.token(t);
    const auto g = pass.linear("g_proj", x);
    q_in.push_back(pass.linear("q_proj", x));
    k_in.push_back(pass.linear("k_proj", x));
    v_in.push_back(pass.linear("v_proj", x));
    const auto q = activated(pass, "q_conv1d", q_in);
    k.push_back(activated(pass, "k_conv1d", k_in));
    v.push_back(activated(pass, "v_conv1d", v_in));
    alpha.push_back(pass.linear("gk_proj.1", pass.linear("gk_proj.0", x)));
    for (auto& a : alpha.back()) a = std::pow(sigmoid(a), 1.0 / 16);
    Vector y(static_cast<std::size_t>(V));
    for (std::int64_t head = 0; head < heads; ++head) {
      Vector o(static_cast<std::size_t>(dv), 0);
      for (std::int64_t s = 0; s <= t; ++s) {
        double weight = 0;
        for (std::int64_t i = head * dk; i < (head + 1) * dk; ++i) {
          double kept = 1;
          for (std::int64_t r = s + 1; r <= t; ++r) kept *= alpha[r][i];
          weight += q[i] / std::sqrt(static_cast<double>(dk)) * kept * k[s][i];
        }
        for (std::int64_t j = 0; j < dv; ++j) o[j] += weight * v[s][head * dv + j];
      }
      const auto scale = 1 / std::sqrt(dot(o, o) / static_cast<double>(dv) + 1e-5);
      for (std::int64_t j = 0; j < dv; ++j)
        y[head * dv + j] = o[j] * scale * pass["g_norm.weight"](j) * silu(g[head * dv + j]);
    }
    out.push_back(pass.linear("o_proj", y));
  }
  return out;
}

Settings settings(std::int64_t heads, const KnobValue& conv, const KnobValue& expand_k, const KnobValue& expand_v) {
  return {{"heads", heads}, {"gate_rank", 2}, {"conv", conv}, {"expand_k", expand_k}, {"expand_v", expand_v}};
}

TEST(GLA, FadesThePastByTheProductOfItsGates) {
  for (const std::int64_t heads : {1, 3})
    for (const auto& conv : {KnobValue("none"), KnobValue(3)}) {
      SCOPED_TRACE(conv.text());
      for (const auto& set : {settings(heads, conv, 1, 1), settings(heads, conv, KnobValue(1, 2), 2)})
        expect_agreement(passes("gla", set, {12, 10}), [&](const Pass& pass) { return recurrence(pass, heads); });
    }
}

TEST(GLA, HasWholeHeads) {
  const auto& valid = find_primitive("gla")->valid;
  EXPECT_EQ(valid(settings(8, "none", KnobValue(1, 2), 1), {24, 10}), "heads=8 does not divide expand_k channels 12");
  EXPECT_EQ(valid(settings(1, "none", 1, KnobValue(1, 32)), {8, 10}), "expand_v=1/32 leaves no channel at width 8");
}

}  // namespace
}  // namespace madsearch
