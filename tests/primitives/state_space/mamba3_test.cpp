#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>

#include "primitives/table.h"
#include "tests/primitives/layers/filter.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

Vector normed(Vector x, const Plain& weight) {
  const double scale = 1 / std::sqrt(dot(x, x) / static_cast<double>(x.size()) + 1e-5);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= scale * weight(static_cast<std::int64_t>(i));
  return x;
}

/// What the input decides for one token; keys, queries and angles a head.
struct Token {
  Vector z, v, step, log_decay, share;
  std::vector<Vector> k, q, turn;  // before they are turned; turn is of this token alone
};

/// What makes the rate of decay positive.
using Rate = double (*)(double);
double softplus(double a) { return std::log1p(std::exp(a)); }
double heavy_tail(double a) { return a >= 0 ? 1 + a : 1 / (1 - a); }

std::vector<Token> tokens(const Pass& pass, Rate rate) {
  const auto H = pass["D"].sizes[0], N = pass["B_norm.weight"].sizes[0], I = pass["out_proj.weight"].sizes[1];
  std::vector<Token> out;
  std::vector<Vector> convolved;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    auto all = pass.linear("in_proj", pass.token(t));
    convolved.emplace_back(all.begin() + I, all.begin() + 2 * I + 2 * N);
    const auto vBC = residual_convolution(pass, "conv", convolved, t);
    std::copy(vBC.begin(), vBC.end(), all.begin() + I);
    auto from = all.begin();
    const auto take = [&](std::int64_t count) {
      from += count;
      return Vector(from - count, from);
    };
    auto& token = out.emplace_back();
    token.z = take(I);
    token.v = take(I);
    const auto B = normed(take(N), pass["B_norm.weight"]);
    const auto C = normed(take(N), pass["C_norm.weight"]);
    token.step = take(H);
    token.log_decay = take(H);
    token.share = take(H);
    const Vector theta(from, all.end());
    for (std::int64_t h = 0; h < H; ++h) {
      token.step[h] = std::log1p(std::exp(token.step[h] + pass["dt_bias"](h)));
      token.log_decay[h] = -token.step[h] * std::max(rate(token.log_decay[h]), 1e-4);
      token.share[h] = sigmoid(token.share[h]);
      auto& k = token.k.emplace_back(B);
      auto& q = token.q.emplace_back(C);
      auto& turn = token.turn.emplace_back(theta);
      for (std::int64_t n = 0; n < N; ++n) {
        k[n] += pass["B_bias"](h, n);
        q[n] += pass["C_bias"](h, n);
      }
      for (auto& angle : turn) angle = token.step[h] * M_PI * std::tanh(angle);
    }
  }
  return out;
}

Vector output(const Pass& pass, const Token& token, Vector y) {
  const auto I = static_cast<std::int64_t>(y.size()), P = I / pass["D"].sizes[0];
  for (std::int64_t c = 0; c < I; ++c) y[c] = (y[c] + pass["D"](c / P) * token.v[c]) * silu(token.z[c]);
  return pass.linear("out_proj", y);
}

/// Lahoti et al. 2026, as a state of complex numbers that turns, instead of keys and queries that do: pair j of a head
/// is one complex state whose decay is α exp(-i Δ π tanh θ_j), read by the conjugate of the query; what is not turned
/// has angle 0.
std::vector<Vector> complex_states(const Pass& pass, Rate rate) {
  using Complex = std::complex<double>;
  const auto all = tokens(pass, rate);
  const auto H = all[0].k.size();
  const auto pairs = all[0].k[0].size() / 2;
  const auto J = all[0].turn[0].size();
  const auto I = all[0].v.size();
  const auto P = I / H;
  std::vector<std::vector<Complex>> S(I, std::vector<Complex>(pairs, 0));
  std::vector<Vector> out;
  for (std::size_t t = 0; t < all.size(); ++t) {
    const auto& token = all[t];
    Vector y(I, 0);
    for (std::size_t c = 0; c < I; ++c)
      for (std::size_t j = 0; j < pairs; ++j) {
        const auto h = c / P;
        const auto pair = [j](const Vector& x) { return Complex(x[2 * j], x[2 * j + 1]); };
        const auto last =
            t > 0 ? (1 - token.share[h]) * token.step[h] * pair(all[t - 1].k[h]) * all[t - 1].v[c] : Complex(0);
        const auto decay = std::polar(std::exp(token.log_decay[h]), j < J ? -token.turn[h][j] : 0.0);
        S[c][j] = decay * (S[c][j] + last) + token.share[h] * token.step[h] * pair(token.k[h]) * token.v[c];
        y[c] += (std::conj(pair(token.q[h])) * S[c][j]).real();
      }
    out.push_back(output(pass, token, y));
  }
  return out;
}

/// Unrolled: an attention whose keys and queries carry their own turns and whose weights decay.
std::vector<Vector> attention(const Pass& pass, Rate rate) {
  const auto all = tokens(pass, rate);
  const auto H = all[0].k.size(), I = all[0].v.size(), P = I / H, J = all[0].turn[0].size();
  std::vector<std::vector<Vector>> k(all.size()), q(all.size());
  for (std::size_t t = 0; t < all.size(); ++t)
    for (std::size_t h = 0; h < H; ++h) {
      k[t].push_back(all[t].k[h]);
      q[t].push_back(all[t].q[h]);
      for (std::size_t j = 0; j < J; ++j) {
        double phi = 0;
        for (std::size_t s = 0; s <= t; ++s) phi += all[s].turn[h][j];
        for (auto* x : {&k[t][h], &q[t][h]}) {
          const double a = (*x)[2 * j], b = (*x)[2 * j + 1];
          (*x)[2 * j] = a * std::cos(phi) - b * std::sin(phi);
          (*x)[2 * j + 1] = a * std::sin(phi) + b * std::cos(phi);
        }
      }
    }
  std::vector<Vector> out;
  for (std::size_t t = 0; t < all.size(); ++t) {
    Vector y(I, 0);
    for (std::size_t s = 0; s <= t; ++s)
      for (std::size_t c = 0; c < I; ++c) {
        const auto h = c / P;
        double passed = 0;
        for (std::size_t r = s + 1; r <= t; ++r) passed += all[r].log_decay[h];
        const double later = s < t ? (1 - all[s + 1].share[h]) * all[s + 1].step[h] : 0;
        y[c] += std::exp(passed) * (all[s].share[h] * all[s].step[h] + later) * dot(q[t][h], k[s][h]) * all[s].v[c];
      }
    out.push_back(output(pass, all[t], y));
  }
  return out;
}

TEST(Mamba3, AgreesWithItsComplexStatesAndItsAttention) {
  const auto check = [](Settings set, Rate rate) {
    set.set("rate", rate == softplus ? "softplus" : "heavy_tail");
    const auto all = passes("mamba3", set, {6, 9});
    expect_agreement(all, [&](const Pass& pass) { return complex_states(pass, rate); });
    expect_agreement(all, [&](const Pass& pass) { return attention(pass, rate); });
  };
  const Settings plain = {
      {"state", 4}, {"expand", KnobValue(3, 2)}, {"head_size", 3}, {"turning", "half"}, {"conv", "none"}};
  for (const char* turning : {"half", "all"})
    for (const std::int64_t head_size : {3, 9})
      for (const std::int64_t state : {4, 10}) {
        auto set = plain;
        set.set("turning", turning);
        set.set("head_size", head_size);
        set.set("state", state);
        check(set, softplus);
      }
  check(plain, heavy_tail);
  auto convolved = plain;
  convolved.set("conv", 3);
  check(convolved, softplus);
}

TEST(Mamba3, SaysWhatDoesNotFit) {
  auto set = find_primitive("mamba3")->defaults();
  set.set("state", 7);
  EXPECT_EQ(find_primitive("mamba3")->valid(set, {32, 16}), "state=7 is odd: keys turn in pairs");
  set.set("state", 8);
  set.set("head_size", 48);
  EXPECT_EQ(find_primitive("mamba3")->valid(set, {32, 16}), "head_size=48 does not divide inner channels 64");
}

}  // namespace
}  // namespace madsearch
