#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/linear_attention/plain_convolution.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// Sun et al. 2023, equation 5: retention in its parallel form. A pair of channels is a complex number turned by its
/// token's position, so that a query and a key meet at their distance: o_n = Σ_{m≤n} γ^(n-m) Re(Σ_j q_nj conj(k_mj)
/// e^{i θ_j (n-m)}) v_m.
std::vector<Vector> retention(const Pass& pass, std::int64_t heads) {
  const auto D = pass.width, d = D / heads, V = pass["v_proj.weight"].sizes[0], dv = V / heads;
  std::vector<Vector> rows, k, v, out;
  for (std::int64_t n = 0; n < pass.length; ++n) {
    const auto x = pass.token(n);
    const auto g = pass.linear("g_proj", x);
    rows.push_back(projected(pass, {"q_proj", "k_proj", "v_proj"}, x));
    const auto qkv = residual_convolved(pass, rows);
    const auto q = part(qkv, 0, D);
    k.push_back(part(qkv, D, D));
    v.push_back(part(qkv, 2 * D, V));
    Vector y(static_cast<std::size_t>(V));
    for (std::int64_t head = 0; head < heads; ++head) {
      Vector o(static_cast<std::size_t>(dv), 0);
      for (std::int64_t m = 0; m <= n; ++m) {
        double score = 0;
        for (std::int64_t j = 0; j < d / 2; ++j) {
          const auto a = head * d + j;
          const auto b = a + d / 2;
          const auto angle =
              static_cast<double>(n - m) * std::pow(10000.0, -2.0 * static_cast<double>(j) / static_cast<double>(d));
          score +=
              std::cos(angle) * (q[a] * k[m][a] + q[b] * k[m][b]) + std::sin(angle) * (q[a] * k[m][b] - q[b] * k[m][a]);
        }
        const auto gamma = 1 - std::pow(2.0, -5.0 - static_cast<double>(head));
        score *= std::pow(gamma, static_cast<double>(n - m)) / std::sqrt(static_cast<double>(d));
        for (std::int64_t j = 0; j < dv; ++j) o[j] += score * v[m][head * dv + j];
      }
      double mean = 0;
      double square = 0;
      for (const auto u : o) mean += u / static_cast<double>(dv);
      for (const auto u : o) square += (u - mean) * (u - mean) / static_cast<double>(dv);
      for (std::int64_t j = 0; j < dv; ++j) {
        const auto c = head * dv + j;
        y[c] = ((o[j] - mean) / std::sqrt(square + 1e-6) * pass["group_norm.weight"](c) + pass["group_norm.bias"](c)) *
               silu(g[c]);
      }
    }
    out.push_back(pass.linear("out_proj", y));
  }
  return out;
}

TEST(RetNet, FadesByDistanceAndTurnsByIt) {
  for (const std::int64_t heads : {1, 3})
    for (const std::int64_t expand : {2, 1})
      for (const auto& conv : {KnobValue("none"), KnobValue(3)}) {
        SCOPED_TRACE(expand);
        expect_agreement(passes("retnet", {{"heads", heads}, {"expand", expand}, {"conv", conv}}, {12, 10}),
                         [&](const Pass& pass) { return retention(pass, heads); });
      }
}

TEST(RetNet, TurnsPairsOfChannels) {
  const auto& valid = find_primitive("retnet")->valid;
  EXPECT_EQ(valid({{"heads", 4}, {"expand", 2}}, {12, 10}),
            "retention turns pairs: heads of an even number of channels, not 3");
  EXPECT_EQ(valid({{"heads", 4}, {"expand", KnobValue(1, 3)}}, {8, 10}), "heads=4 does not divide expand channels 3");
  EXPECT_EQ(valid({{"heads", 4}, {"expand", 2}}, {32, 10}), "");
}

}  // namespace
}  // namespace madsearch
