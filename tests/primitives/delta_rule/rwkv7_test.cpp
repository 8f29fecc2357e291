#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/delta_rule/delta_plain.h"
#include "tests/primitives/layers/filter.h"

namespace madsearch {
namespace {

/// Peng et al. 2025, section 4, with the state as in the paper: S [V][K], S_t = S_{t-1} (diag(w) - κᵀ (η κ)) + vᵀ k̃, o
/// = S rᵀ.
std::vector<Vector> time_mixer(const Pass& pass, std::int64_t heads) {
  const auto D = pass.width, d = D / heads;
  const auto low_rank = [&](const std::string& name, const Vector& x, double (*f)(double)) {
    auto inner = pass.linear(name + ".down", x);
    for (auto& number : inner) number = f(number);
    return pass.linear(name + ".up", inner);
  };
  std::vector<Matrix> states(static_cast<std::size_t>(heads), zeros(d, d));
  Vector last(static_cast<std::size_t>(D), 0);
  std::vector<Vector> projected, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto x = pass.token(t);
    const auto shifted = [&](const std::string& name) {
      Vector u;
      for (std::int64_t i = 0; i < D; ++i) u.push_back((1 - pass[name](i)) * x[i] + pass[name](i) * last[i]);
      return u;
    };
    auto& all = projected.emplace_back();
    for (const std::string name : {"r", "k", "v"}) {
      const auto one = pass.linear(name + "_proj", shifted("x_" + name));
      all.insert(all.end(), one.begin(), one.end());
    }
    const auto rkv = residual_convolution(pass, "rkv_conv", projected, t);
    const auto r = slice(rkv, 0, D);
    const auto k = slice(rkv, 1, D);
    const auto v = slice(rkv, 2, D);
    auto w = low_rank("w_lora", shifted("x_w"), [](double u) { return std::tanh(u); });
    auto eta = low_rank("a_lora", shifted("x_a"), [](double u) { return u; });
    const auto g = low_rank("g_lora", shifted("x_g"), sigmoid);
    for (auto& number : w) number = std::exp(-std::exp(-std::log1p(std::exp(-number)) - 0.5));  // as RWKV-LM writes it
    for (auto& number : eta) number = sigmoid(number);
    Vector y;
    for (std::int64_t h = 0; h < heads; ++h) {
      Vector kappa, slowed, written;
      for (std::int64_t i = h * d; i < (h + 1) * d; ++i) kappa.push_back(k[i] * pass["k_k"](i));
      kappa = unit(kappa, 1e-12);
      for (std::int64_t i = h * d; i < (h + 1) * d; ++i) {
        slowed.push_back(eta[i] * kappa[i - h * d]);
        written.push_back(k[i] * (1 + (eta[i] - 1) * pass["k_a"](i)));
      }
      const auto values = slice(v, h, d);
      const auto receptance = slice(r, h, d);
      auto& S = states[h];
      S = product(S, transition(slice(w, h, d), -1, kappa, slowed));
      add_outer(S, 1, values, written);
      Vector o;
      for (const auto& row : S) o.push_back(dot(row, receptance));
      double mean = 0;
      double variance = 0;
      double bonus = 0;
      for (const auto number : o) mean += number / static_cast<double>(d);
      for (const auto number : o) variance += (number - mean) * (number - mean) / static_cast<double>(d);
      for (std::int64_t i = 0; i < d; ++i) bonus += receptance[i] * pass["r_k"](h, i) * written[i];
      for (std::int64_t j = 0; j < d; ++j) {
        const auto c = h * d + j;
        const auto normal =
            (o[j] - mean) / std::sqrt(variance + 64e-5) * pass["g_norm.weight"](c) + pass["g_norm.bias"](c);
        y.push_back((normal + bonus * values[j]) * g[c]);
      }
    }
    out.push_back(pass.linear("o_proj", y));
    last = x;
  }
  return out;
}

TEST(RWKV7, EvolvesItsStateAsThePaperSays) {
  for (const std::int64_t heads : {1, 3})
    for (const KnobValue& conv : {KnobValue("none"), KnobValue(4)})
      expect_agreement(passes("rwkv7", {{"heads", heads}, {"rank", KnobValue(1, 4)}, {"conv", conv}}, {12, 10}),
                       [&](const Pass& pass) { return time_mixer(pass, heads); });
}

TEST(RWKV7, StartsWithDecaysFromSlowToFastAndOrthogonalNetworks) {
  const auto pass =
      passes("rwkv7", find_primitive("rwkv7")->defaults(), {32, 1}, 1, 1).front();  // each number moved by up to 0.1
  EXPECT_NEAR(pass["w_lora.up.bias"](0), -5.5 - 2.5, 0.1);
  EXPECT_NEAR(pass["w_lora.up.bias"](31), 0.5 + 2.5, 0.1);
  EXPECT_NEAR(pass["a_lora.up.bias"](0), -0.19 - 0.3 - 0.2, 0.1);
  EXPECT_NEAR(pass["x_r"](16), 1 - std::pow(0.5, 0.2), 0.1);
  EXPECT_NEAR(pass["x_w"](0), 1, 0.1);
}

TEST(RWKV7, RefusesHeadsOfOneChannel) {
  auto set = find_primitive("rwkv7")->defaults();
  set.set("heads", 32);
  EXPECT_EQ(find_primitive("rwkv7")->valid(set, {32, 8}),
            "heads=32 leaves one channel a head, which the group norm erases");
}

}  // namespace
}  // namespace madsearch
