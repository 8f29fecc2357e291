#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

struct Norm {
  Vector normal;
  double inverse = 0;
};

Norm normalised(const Vector& z) {
  double mean = 0;
  double variance = 0;
  for (const auto u : z) mean += u / static_cast<double>(z.size());
  for (const auto u : z) variance += (u - mean) * (u - mean) / static_cast<double>(z.size());
  Norm out{z, 1 / std::sqrt(variance + 1e-6)};
  for (auto& u : out.normal) u = (u - mean) * out.inverse;
  return out;
}

/// Channels of `head` of row t of a causal convolution of `rows`, or of the row itself where there is no such layer.
Vector convolved(const Pass& pass, const std::string& conv, const std::vector<Vector>& rows, std::int64_t head,
                 std::int64_t F) {
  Vector out(rows.back().begin() + head * F, rows.back().begin() + (head + 1) * F);
  if (!pass.parameters.contains(conv + ".weight")) return out;
  const auto taps = pass[conv + ".weight"].sizes[1], t = static_cast<std::int64_t>(rows.size()) - 1;
  for (std::int64_t c = 0; c < F; ++c) {
    out[c] = pass[conv + ".bias"](head * F + c);
    for (std::int64_t lag = 0; lag < taps && lag <= t; ++lag)
      out[c] += pass[conv + ".weight"](head * F + c, taps - 1 - lag) * rows[t - lag][head * F + c];
  }
  return out;
}

void turn(Vector& u, std::int64_t place) {
  const auto half = u.size() / 2;
  for (std::size_t j = 0; j < half; ++j) {
    const double angle =
        static_cast<double>(place) * std::pow(10000.0, -static_cast<double>(j) / static_cast<double>(half));
    const double a = u[j], b = u[j + half];
    u[j] = a * std::cos(angle) - b * std::sin(angle);
    u[j + half] = a * std::sin(angle) + b * std::cos(angle);
  }
}

/// Sun et al. 2024, section 2, in the primal form: every token's own W_t and b_t, and the Jacobian of the inner
/// LayerNorm written out.
std::vector<Vector> recurrence(const Pass& pass, std::int64_t H, std::int64_t n) {
  const auto D = pass.width, F = D / H;
  std::vector<Vector> out(static_cast<std::size_t>(pass.length), Vector(static_cast<std::size_t>(D)));
  for (std::int64_t h = 0; h < H; ++h) {
    const auto weight = [&](std::int64_t c) { return pass["ttt_norm_weight"](h, c); };
    const auto bias = [&](std::int64_t c) { return pass["ttt_norm_bias"](h, c); };
    std::vector<Vector> W(static_cast<std::size_t>(F), Vector(static_cast<std::size_t>(F)));
    Vector b;
    for (std::int64_t c = 0; c < F; ++c) {
      b.push_back(pass["b1"](h, c));
      for (std::int64_t i = 0; i < F; ++i) W[i][c] = pass["W1"].numbers[(h * F + i) * F + c];
    }
    auto dW = W;
    auto db = b;
    std::vector<Vector> for_q, for_k;
    for (std::int64_t t = 0; t < pass.length; ++t) {
      const auto place = t % n;
      if (place == 0) {
        for (auto& row : dW) std::fill(row.begin(), row.end(), 0);
        std::fill(db.begin(), db.end(), 0);
      }
      const auto x = pass.token(t);
      const auto v = pass.linear("v_proj", x);
      for_q.push_back(pass.linear("q_proj", x));
      for_k.push_back(pass.linear(pass.parameters.contains("k_proj.weight") ? "k_proj" : "q_proj", x));
      auto q = convolved(pass, "conv_q", for_q, h, F);
      auto k = convolved(pass, "conv_k", for_k, h, F);
      turn(q, place);
      turn(k, place);
      const double rate = sigmoid(pass.linear("learnable_ttt_lr", x)[h]) / static_cast<double>(F);
      const double scale = std::max(0.0, 1 / static_cast<double>(place + 1) + pass["learnable_token_idx"](place));

      const auto apply = [&](const std::vector<Vector>& matrix, const Vector& offset, const Vector& u) {
        auto z = offset;
        for (std::int64_t i = 0; i < F; ++i)
          for (std::int64_t c = 0; c < F; ++c) z[c] += u[i] * matrix[i][c];
        return z;
      };
      const auto [u, inverse] = normalised(apply(W, b, k));
      Vector loss_by_normal;  // ∂/∂u ½ |w u + bias - (v - k)|²
      for (std::int64_t c = 0; c < F; ++c)
        loss_by_normal.push_back(weight(c) * (weight(c) * u[c] + bias(c) - v[h * F + c] + k[c]));
      for (std::int64_t c = 0; c < F; ++c) {
        double g = 0;  // u_e depends on Z_c by (δ - 1/F - u_e u_c / F) / deviation
        for (std::int64_t e = 0; e < F; ++e)
          g += loss_by_normal[e] * ((e == c) - (1 + u[e] * u[c]) / static_cast<double>(F)) * inverse;
        db[c] += rate * g;
        for (std::int64_t i = 0; i < F; ++i) dW[i][c] += rate * k[i] * g;
      }
      auto now_W = W;
      auto now_b = b;
      for (std::int64_t c = 0; c < F; ++c) {
        now_b[c] -= scale * db[c];
        for (std::int64_t i = 0; i < F; ++i) now_W[i][c] -= scale * dW[i][c];
      }
      const auto z = normalised(apply(now_W, now_b, q)).normal;
      for (std::int64_t c = 0; c < F; ++c) out[t][h * F + c] = q[c] + weight(c) * z[c] + bias(c);
      if (place == n - 1) {
        W = now_W;
        b = now_b;
      }
    }
  }
  for (std::int64_t t = 0; t < pass.length; ++t) {
    auto y = normalised(out[t]).normal;
    for (std::int64_t c = 0; c < D; ++c) {
      y[c] = y[c] * pass["post_norm.weight"](c) + pass["post_norm.bias"](c);
      if (!pass.parameters.contains("g_proj.weight")) continue;
      const double u = pass.linear("g_proj", pass.token(t))[c];
      y[c] *= 0.5 * u * (1 + std::tanh(std::sqrt(2 / M_PI) * (u + 0.044715 * u * u * u)));
    }
    out[t] = pass.linear("o_proj", y);
  }
  return out;
}

TEST(TTTLinear, DescendsTheReconstructionErrorOfItsPast) {
  for (const std::int64_t heads : {1, 3})
    for (const std::int64_t mini_batch : {1, 4})
      for (const KnobValue& conv : {KnobValue("none"), KnobValue(3)})
        expect_agreement(
            passes("ttt_linear",
                   {{"heads", heads}, {"mini_batch", mini_batch}, {"conv", conv}, {"gate", heads == 1 ? "on" : "off"}},
                   {12, 10}),
            [&](const Pass& pass) { return recurrence(pass, heads, mini_batch); }, 1e-9);
}

}  // namespace
}  // namespace madsearch
