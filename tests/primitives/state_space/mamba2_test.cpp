#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// What the recurrence sees of each token, and what it leaves out: z and the norm.
struct Token {
  Vector z, v, B, C, step;
};

std::vector<Token> tokens(const Pass& pass) {
  const auto H = pass["A_log"].sizes[0], I = pass["norm.weight"].sizes[0];
  const auto N = (pass["in_proj.weight"].sizes[0] - 2 * I - H) / 2, convolved = I + 2 * N;
  std::vector<Token> out;
  std::vector<Vector> inputs;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto all = pass.linear("in_proj", pass.token(t));
    inputs.emplace_back(all.begin() + I, all.begin() + I + convolved);
    Vector u = inputs.back();
    if (pass.parameters.contains("conv1d.weight")) {
      const auto taps = pass["conv1d.weight"].sizes[1];
      for (std::int64_t c = 0; c < convolved; ++c) {
        u[c] = pass["conv1d.bias"](c);
        for (std::int64_t lag = 0; lag < taps && lag <= t; ++lag)
          u[c] += pass["conv1d.weight"](c, taps - 1 - lag) * inputs[t - lag][c];
      }
    }
    for (auto& number : u) number = silu(number);
    auto& token = out.emplace_back(Token{{all.begin(), all.begin() + I},
                                         {u.begin(), u.begin() + I},
                                         {u.begin() + I, u.begin() + I + N},
                                         {u.begin() + I + N, u.end()},
                                         {}});
    for (std::int64_t h = 0; h < H; ++h)
      token.step.push_back(std::log1p(std::exp(all[I + convolved + h] + pass["dt_bias"](h))));
  }
  return out;
}

/// y + D v, gated, normed, projected.
Vector output(const Pass& pass, const Token& token, Vector y) {
  const auto H = pass["A_log"].sizes[0], I = pass["norm.weight"].sizes[0];
  for (std::int64_t c = 0; c < I; ++c) y[c] = (y[c] + pass["D"](c / (I / H)) * token.v[c]) * silu(token.z[c]);
  const double scale = 1 / std::sqrt(dot(y, y) / static_cast<double>(I) + 1e-5);
  for (std::int64_t c = 0; c < I; ++c) y[c] *= scale * pass["norm.weight"](c);
  return pass.linear("out_proj", y);
}

/// Dao and Gu 2024, section 5: a selective state space with a scalar A, one number of a state at a time.
std::vector<Vector> recurrence(const Pass& pass) {
  const auto all = tokens(pass);
  const auto H = static_cast<std::int64_t>(all[0].step.size());
  const auto I = static_cast<std::int64_t>(all[0].v.size());
  const auto P = I / H;
  const auto N = all[0].B.size();
  std::vector<Vector> S(static_cast<std::size_t>(I), Vector(N, 0)), out;
  for (const auto& token : all) {
    Vector y(static_cast<std::size_t>(I), 0);
    for (std::int64_t c = 0; c < I; ++c) {
      const double step = token.step[c / P];
      const double decay = std::exp(-step * std::exp(pass["A_log"](c / P)));
      for (std::size_t n = 0; n < N; ++n) {
        S[c][n] = decay * S[c][n] + step * token.B[n] * token.v[c];
        y[c] += token.C[n] * S[c][n];
      }
    }
    out.push_back(output(pass, token, y));
  }
  return out;
}

/// Its dual in the same section: y = (L ∘ C Bᵀ) Δ v with L_ts = exp(A Σ_{s<r≤t} Δ_r), an attention without softmax.
std::vector<Vector> attention(const Pass& pass) {
  const auto all = tokens(pass);
  const auto H = static_cast<std::int64_t>(all[0].step.size());
  const auto I = static_cast<std::int64_t>(all[0].v.size());
  const auto P = I / H;
  std::vector<Vector> out;
  for (std::size_t t = 0; t < all.size(); ++t) {
    Vector y(static_cast<std::size_t>(I), 0);
    for (std::size_t s = 0; s <= t; ++s)
      for (std::int64_t h = 0; h < H; ++h) {
        double passed = 0;
        for (std::size_t r = s + 1; r <= t; ++r) passed += all[r].step[h];
        const double weight = dot(all[t].C, all[s].B) * std::exp(-std::exp(pass["A_log"](h)) * passed) * all[s].step[h];
        for (std::int64_t c = h * P; c < (h + 1) * P; ++c) y[c] += weight * all[s].v[c];
      }
    out.push_back(output(pass, all[t], y));
  }
  return out;
}

TEST(Mamba2, AgreesWithItsRecurrenceAndItsAttention) {
  for (const std::int64_t head_size : {3, 9})
    for (const KnobValue& taps : {KnobValue(4), KnobValue("none")}) {
      const auto all = passes(
          "mamba2", {{"state", 5}, {"expand", KnobValue(3, 2)}, {"head_size", head_size}, {"conv", taps}}, {6, 9});
      expect_agreement(all, recurrence);
      expect_agreement(all, attention);
    }
}

TEST(Mamba2, StartsWithTheRatesOfThePaper) {
  const auto block = passes("mamba2", find_primitive("mamba2")->defaults(), {128, 1}, 1, 1).front();
  for (const auto bias : block["dt_bias"].numbers) {  // moved by up to 0.1
    EXPECT_GT(std::log1p(std::exp(bias)), 0.9e-3);
    EXPECT_LT(std::log1p(std::exp(bias)), 0.111);
  }
  for (const auto rate : block["A_log"].numbers) {
    EXPECT_GT(std::exp(rate), 0.9);
    EXPECT_LT(std::exp(rate), 17.7);
  }
}

TEST(Mamba2, SaysWhatDoesNotFit) {
  const auto wrong = [](const char* knob, const KnobValue& value) {
    auto set = find_primitive("mamba2")->defaults();
    set.set(knob, value);
    return find_primitive("mamba2")->valid(set, {2, 16});
  };
  EXPECT_EQ(wrong("head_size", 3), "head_size=3 does not divide inner channels 4");
  EXPECT_EQ(wrong("expand", KnobValue(1, 8)), "expand=1/8 leaves no channel at width 2");
}

}  // namespace
}  // namespace madsearch
