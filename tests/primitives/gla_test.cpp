#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// Yang et al. 2023, section 4: S_t = Σ_{s≤t} (Π_{s<r≤t} α_r) k_sᵀ v_s a head, each term's decay multiplied out.
std::vector<Vector> recurrence(const Pass& pass, std::int64_t heads) {
  const auto D = pass.width, d = D / heads;
  std::vector<Vector> k, v, alpha, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto x = pass.token(t), q = pass.linear("q_proj", x), g = pass.linear("g_proj", x);
    k.push_back(pass.linear("k_proj", x));
    v.push_back(pass.linear("v_proj", x));
    alpha.push_back(pass.linear("gk_proj.1", pass.linear("gk_proj.0", x)));
    for (auto& a : alpha.back()) a = std::pow(sigmoid(a), 1.0 / 16);
    Vector y(static_cast<std::size_t>(D));
    for (std::int64_t head = 0; head < heads; ++head) {
      Vector o(static_cast<std::size_t>(d), 0);
      for (std::int64_t s = 0; s <= t; ++s) {
        double weight = 0;
        for (std::int64_t i = head * d; i < (head + 1) * d; ++i) {
          double kept = 1;
          for (std::int64_t r = s + 1; r <= t; ++r) kept *= alpha[r][i];
          weight += q[i] / std::sqrt(static_cast<double>(d)) * kept * k[s][i];
        }
        for (std::int64_t j = 0; j < d; ++j) o[j] += weight * v[s][head * d + j];
      }
      const auto scale = 1 / std::sqrt(dot(o, o) / static_cast<double>(d) + 1e-5);
      for (std::int64_t j = 0; j < d; ++j) y[head * d + j] = o[j] * scale * pass["g_norm.weight"](j) * silu(g[head * d + j]);
    }
    out.push_back(pass.linear("o_proj", y));
  }
  return out;
}

TEST(GLA, FadesThePastByTheProductOfItsGates) {
  for (const std::int64_t heads : {1, 3})
    expect_agreement(passes("gla", {{"heads", heads}, {"gate_rank", 2}}, {12, 10}),
                     [&](const Pass& pass) { return recurrence(pass, heads); });
}

}  // namespace
}  // namespace madsearch
