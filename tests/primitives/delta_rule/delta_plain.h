#pragma once
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/primitives/plain.h"

// The delta rule as its papers write it: a state matrix times I - β kᵀk, in full, token by token.
namespace madsearch {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;  // [K][V]

inline Matrix zeros(std::int64_t rows, std::int64_t columns) {
  return Matrix(static_cast<std::size_t>(rows), Vector(static_cast<std::size_t>(columns), 0));
}

inline Matrix product(const Matrix& a, const Matrix& b) {
  auto out = zeros(static_cast<std::int64_t>(a.size()), static_cast<std::int64_t>(b[0].size()));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t l = 0; l < b.size(); ++l)
      for (std::size_t j = 0; j < b[0].size(); ++j) out[i][j] += a[i][l] * b[l][j];
  return out;
}

/// diag(w) + scale aᵀ b.
inline Matrix transition(const Vector& w, double scale, const Vector& a, const Vector& b) {
  auto out = zeros(static_cast<std::int64_t>(a.size()), static_cast<std::int64_t>(b.size()));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) out[i][j] = (i == j ? w[i] : 0) + scale * a[i] * b[j];
  return out;
}

inline void add_outer(Matrix& S, double scale, const Vector& k, const Vector& v) {
  for (std::size_t i = 0; i < k.size(); ++i)
    for (std::size_t j = 0; j < v.size(); ++j) S[i][j] += scale * k[i] * v[j];
}

inline Vector read_out(const Vector& q, const Matrix& S) { return product({q}, S)[0]; }

inline Vector slice(const Vector& u, std::int64_t part, std::int64_t size) {
  return {u.begin() + part * size, u.begin() + (part + 1) * size};
}

inline Vector unit(Vector u, double epsilon) {
  const auto scale = 1 / std::sqrt(dot(u, u) + epsilon);
  for (auto& number : u) number *= scale;
  return u;
}

/// silu of a projection behind its short convolution, of all tokens: [T][C].
inline std::vector<Vector> mixed(const Pass& pass, const std::string& name, std::int64_t taps) {
  std::vector<Vector> projected, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    projected.push_back(pass.linear(name + "_proj", pass.token(t)));
    Vector u = projected.back();
    if (taps)
      for (std::int64_t c = 0; c < static_cast<std::int64_t>(u.size()); ++c) {
        u[c] = 0;
        for (std::int64_t lag = 0; lag < taps && lag <= t; ++lag)
          u[c] += pass[name + "_conv1d.weight"](c, taps - 1 - lag) * projected[t - lag][c];
      }
    for (auto& number : u) number = silu(number);
    out.push_back(u);
  }
  return out;
}

struct DeltaPlain {
  std::int64_t heads;
  std::int64_t key;
  std::int64_t value;
  std::int64_t taps = 4;
  std::int64_t steps = 1;
  bool negative_eigenvalues = false;
  std::function<Vector(const Vector& x)> alpha = nullptr;  // the decay of every key channel of every head
  std::function<Vector(const Vector& x)> gate = nullptr;   // of every value channel of every head
  /// Another rule: of a token's q, k, v of one head, moves S and gives the query that reads it.
  std::function<Vector(const Vector& x, std::int64_t head, const Vector& q, const Vector& k, const Vector& v,
                       Matrix& S)>
      rule = nullptr;
};

/// Of one token at a time: decay, then `steps` updates S = (I - β kᵀk) S + β kᵀ v, then q S.
inline std::vector<Vector> delta_layer(const Pass& pass, const DeltaPlain& z) {
  const auto q = mixed(pass, "q", z.taps);
  const auto k = mixed(pass, "k", z.taps);
  const auto v = mixed(pass, "v", z.taps);
  std::vector<Matrix> states(static_cast<std::size_t>(z.heads), zeros(z.key, z.value));
  std::vector<Vector> out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto x = pass.token(t);
    const auto beta = pass.linear("b_proj", x);
    const auto alpha = z.alpha ? z.alpha(x) : Vector();
    const auto gate = z.gate ? z.gate(x) : Vector();
    Vector y;
    for (std::int64_t h = 0; h < z.heads; ++h) {
      auto& S = states[h];
      for (std::int64_t i = 0; z.alpha && i < z.key; ++i)
        for (auto& number : S[i]) number *= alpha[h * z.key + i];
      auto query = slice(q[t], h, z.key);
      if (z.rule) query = z.rule(x, h, query, slice(k[t], h, z.key), slice(v[t], h, z.value), S);
      for (std::int64_t s = 0; !z.rule && s < z.steps; ++s) {
        const auto part = s * z.heads + h;
        const auto key = unit(slice(k[t], part, z.key), 1e-6);
        const double b = sigmoid(beta[part]) * (z.negative_eigenvalues ? 2 : 1);
        S = product(transition(Vector(static_cast<std::size_t>(z.key), 1), -b, key, key), S);
        add_outer(S, b, key, slice(v[t], part, z.value));
      }
      const auto o = read_out(unit(query, 1e-6), S);
      const double scale = 1 / std::sqrt(dot(o, o) / static_cast<double>(z.key * z.value) + 1e-5) /
                           std::sqrt(static_cast<double>(z.key));
      for (std::int64_t j = 0; j < z.value; ++j)
        y.push_back(o[j] * scale * pass["o_norm.weight"](j) * (z.gate ? gate[h * z.value + j] : 1));
    }
    out.push_back(pass.linear("o_proj", y));
  }
  return out;
}

/// exp(-exp(A_log) softplus(u + dt_bias)), A_log a head.
inline Vector decay(const Pass& pass, const Vector& u) {
  Vector out;
  const auto heads = pass["decay.A_log"].sizes[0], channels = static_cast<std::int64_t>(u.size()) / heads;
  for (std::int64_t c = 0; c < heads * channels; ++c)
    out.push_back(
        std::exp(-std::exp(pass["decay.A_log"](c / channels)) * std::log1p(std::exp(u[c] + pass["decay.dt_bias"](c)))));
  return out;
}

/// The same for every key channel of a head.
inline Vector head_decay(const Pass& pass, const Vector& x, std::int64_t key) {
  Vector out;
  for (const auto alpha : decay(pass, pass.linear("a_proj", x)))
    out.insert(out.end(), static_cast<std::size_t>(key), alpha);
  return out;
}

inline Vector silu_gate(const Pass& pass, const Vector& x) {
  auto out = pass.linear("g_proj", x);
  for (auto& number : out) number = silu(number);
  return out;
}

/// As KDA has it: a decay for each key channel and a sigmoid on the output, both of low rank. `pass` outlives `plain`.
inline void decay_and_gate_channels(DeltaPlain& plain, const Pass& pass) {
  plain.alpha = [&pass](const Vector& x) { return decay(pass, pass.linear("f_proj.1", pass.linear("f_proj.0", x))); };
  plain.gate = [&pass](const Vector& x) {
    auto gate = pass.linear("g_proj.1", pass.linear("g_proj.0", x));
    for (auto& number : gate) number = sigmoid(number);
    return gate;
  };
}

}  // namespace madsearch
