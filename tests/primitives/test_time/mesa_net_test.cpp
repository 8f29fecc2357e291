#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// l2-normalised silu of `head`'s channels of row t of a causal convolution of `rows`, or of the row itself where there
/// is no such layer.
Vector normalised(const Pass& pass, const std::string& conv, const std::vector<Vector>& rows, std::int64_t head,
                  std::int64_t F) {
  Vector out;
  const auto t = static_cast<std::int64_t>(rows.size()) - 1;
  for (std::int64_t c = head * F; c < (head + 1) * F; ++c) {
    double sum = rows[t][c];
    if (pass.parameters.contains(conv + ".weight")) {
      const auto taps = pass[conv + ".weight"].sizes[1];
      sum = 0;
      for (std::int64_t lag = 0; lag < taps && lag <= t; ++lag)
        sum += pass[conv + ".weight"](c, taps - 1 - lag) * rows[t - lag][c];
    }
    out.push_back(silu(sum));
  }
  const double length = std::sqrt(dot(out, out) + 1e-6);
  for (auto& u : out) u /= length;
  return out;
}

/// von Oswald et al. 2025, section 4: the sums over the past multiplied out, and thirty steps of conjugate gradients.
std::vector<Vector> recurrence(const Pass& pass, std::int64_t H) {
  const auto D = pass.width, F = D / H;
  std::vector<Vector> out(static_cast<std::size_t>(pass.length), Vector(static_cast<std::size_t>(D)));
  for (std::int64_t h = 0; h < H; ++h) {
    std::vector<Vector> for_q, for_k, k, v;
    Vector weight;  // of a token of the past: β times the decays since
    for (std::int64_t t = 0; t < pass.length; ++t) {
      const auto x = pass.token(t);
      const auto all = pass.linear("v_proj", x);
      for_q.push_back(pass.linear("q_proj", x));
      for_k.push_back(pass.linear("k_proj", x));
      const auto q = normalised(pass, "q_conv1d", for_q, h, F);
      k.push_back(normalised(pass, "k_conv1d", for_k, h, F));
      v.emplace_back(all.begin() + h * F, all.begin() + (h + 1) * F);
      for (auto& w : weight) w *= sigmoid(pass.linear("a_proj", x)[h]);
      weight.push_back(sigmoid(pass.linear("b_proj", x)[h]));

      const auto apply = [&](const Vector& u) {  // (Σ w kᵀ k + diag λ) u
        Vector y;
        for (std::int64_t c = 0; c < F; ++c)
          y.push_back((std::log1p(std::exp(pass["lambda_params"](h, c))) + 0.25) * u[c]);
        for (std::size_t s = 0; s < k.size(); ++s) {
          const double share = weight[s] * dot(k[s], u);
          for (std::int64_t c = 0; c < F; ++c) y[c] += share * k[s][c];
        }
        return y;
      };
      Vector solution(static_cast<std::size_t>(F), 0), rest = q, direction = q;
      for (int step = 0; step < 30 && dot(rest, rest) > 1e-30; ++step) {
        const auto image = apply(direction);
        const double before = dot(rest, rest);
        const double length = before / dot(direction, image);
        for (std::int64_t c = 0; c < F; ++c) {
          solution[c] += length * direction[c];
          rest[c] -= length * image[c];
        }
        for (std::int64_t c = 0; c < F; ++c) direction[c] = rest[c] + dot(rest, rest) / before * direction[c];
      }
      Vector o(static_cast<std::size_t>(F), 0);
      for (std::size_t s = 0; s < k.size(); ++s)
        for (std::int64_t c = 0; c < F; ++c) o[c] += weight[s] * dot(k[s], solution) * v[s][c];
      const double scale = 1 / std::sqrt(dot(o, o) / static_cast<double>(F) + 1e-5);
      for (std::int64_t c = 0; c < F; ++c) out[t][h * F + c] = o[c] * scale * pass["o_norm.weight"](c);
    }
  }
  for (std::int64_t t = 0; t < pass.length; ++t) {
    if (pass.parameters.contains("g_proj.weight")) {
      const auto gate = pass.linear("g_proj", pass.token(t));
      for (std::int64_t c = 0; c < D; ++c) out[t][c] *= silu(gate[c]);
    }
    out[t] = pass.linear("o_proj", out[t]);
  }
  return out;
}

TEST(MesaNet, SolvesWhatThirtyConjugateGradientStepsApproach) {
  for (const std::int64_t heads : {1, 3})
    for (const KnobValue& conv : {KnobValue("none"), KnobValue(3)})
      expect_agreement(
          passes("mesa_net", {{"heads", heads}, {"conv", conv}, {"gate", heads == 1 ? "on" : "off"}}, {12, 10}),
          [&](const Pass& pass) { return recurrence(pass, heads); }, 1e-9);
}

}  // namespace
}  // namespace madsearch
