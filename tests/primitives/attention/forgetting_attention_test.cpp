#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/linear_attention/plain_convolution.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

struct Parts {
  std::int64_t heads;
  bool qk_norm = false;
  bool gate = false;
  bool norm = false;
  bool kv_shift = false;
  std::int64_t taps = 0;
};

/// Over each head's channels, a weight for every channel.
Vector normed(Vector u, std::int64_t heads, const Plain& weight, double eps) {
  const auto d = static_cast<std::int64_t>(u.size()) / heads;
  for (std::int64_t head = 0; head < heads; ++head) {
    double sum = 0;
    for (std::int64_t j = head * d; j < (head + 1) * d; ++j) sum += u[j] * u[j];
    for (std::int64_t j = head * d; j < (head + 1) * d; ++j)
      u[j] *= weight(j) / std::sqrt(sum / static_cast<double>(d) + eps);
  }
  return u;
}

/// Lin et al. 2025, equations 4 to 6: weights exp(q k) Π f, each product of gates multiplied out; the Pro block's parts
/// where they are on.
std::vector<Vector> attend(const Pass& pass, const Parts& parts) {
  const auto D = pass.width, H = parts.heads, d = D / H;
  std::vector<Vector> rows, k, v, f, out;
  Vector before(2 * D, 0);
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto x = pass.token(t);
    rows.push_back(pass.linear("qkv_proj", x));
    const auto qkv = residual_convolved(pass, rows);
    auto q = part(qkv, 0, D);
    auto keys_values = part(qkv, D, 2 * D);
    if (parts.kv_shift) {
      const auto share = pass.linear("shift_proj", x);  // of keys, then of values
      for (std::int64_t i = 0; i < 2 * D; ++i) {
        const auto alpha = sigmoid(share[i / d]);
        keys_values[i] = alpha * before[i] + (1 - alpha) * keys_values[i];
      }
      before = part(qkv, D, 2 * D);
    }
    k.push_back(part(keys_values, 0, D));
    v.push_back(part(keys_values, D, D));
    if (parts.qk_norm) {
      q = normed(q, H, pass["q_norm.weight"], 1e-5);
      k.back() = normed(k.back(), H, pass["k_norm.weight"], 1e-5);
    }
    f.push_back(pass.linear("fgate_proj", x));
    Vector y;
    for (std::int64_t head = 0; head < H; ++head) {
      Vector sum(d, 0);
      double total = 0;
      for (std::int64_t s = 0; s <= t; ++s) {
        double weight =
            std::exp(dot(part(q, head * d, d), part(k[s], head * d, d)) / std::sqrt(static_cast<double>(d)));
        for (std::int64_t l = s + 1; l <= t; ++l) weight *= sigmoid(f[l][head]);
        total += weight;
        for (std::int64_t j = 0; j < d; ++j) sum[j] += weight * v[s][head * d + j];
      }
      for (const auto value : sum) y.push_back(value / total);
    }
    if (parts.norm) y = normed(y, H, pass["output_norm.weight"], 1e-6);
    if (parts.gate) {
      const auto g = pass.linear("ogate_proj", x);
      for (std::int64_t i = 0; i < D; ++i) y[i] *= sigmoid(g[i]);
    }
    out.push_back(pass.linear("o_proj", y));
  }
  return out;
}

void check(const Parts& parts) {
  const auto word = [](bool on) { return on ? "on" : "off"; };
  expect_agreement(passes("forgetting_attention",
                          {{"heads", parts.heads},
                           {"qk_norm", word(parts.qk_norm)},
                           {"gate", word(parts.gate)},
                           {"norm", word(parts.norm)},
                           {"kv_shift", word(parts.kv_shift)},
                           {"conv", parts.taps ? KnobValue(parts.taps) : "none"}},
                          {12, 11}),
                   [&](const Pass& pass) { return attend(pass, parts); });
}

TEST(ForgettingAttention, FadesWeightsByTheProductOfTheGatesSince) {
  check({.heads = 1});
  check({.heads = 3});
}
TEST(ForgettingAttention, HasThePartsOfTheProBlock) {
  check({.heads = 2, .qk_norm = true});
  check({.heads = 2, .gate = true});
  check({.heads = 2, .norm = true});
  check({.heads = 3, .kv_shift = true});
  check({.heads = 3, .qk_norm = true, .gate = true, .norm = true, .kv_shift = true});
}
TEST(ForgettingAttention, ConvolvesQueriesKeysAndValuesFirst) {
  check({.heads = 2, .taps = 4});
  check({.heads = 3, .qk_norm = true, .kv_shift = true, .taps = 3});
}

}  // namespace
}  // namespace madsearch
