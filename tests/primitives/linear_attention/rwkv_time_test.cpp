#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/blocks.h"
#include "tests/primitives/linear_attention/plain_convolution.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// What the projections of one token read, and its decay exp(-exp ω) a channel.
struct Inputs {
  Vector r, k, v, g, w;
};

/// Peng et al. 2024: o_t = r_t (diag(u) k_tᵀ v_t + Σ_{s<t} (Π_{s<i<t} diag(w_i)) k_sᵀ v_s) a head, each term's decay
/// multiplied out.
std::vector<Vector> recurrence(const Pass& pass, std::int64_t heads,
                               const std::function<Inputs(std::int64_t)>& inputs) {
  const auto D = pass.width, d = D / heads;
  std::vector<Vector> rows, k, v, w, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto in = inputs(t);
    const auto g = pass.linear("gate", in.g);
    auto row = pass.linear("receptance", in.r);
    for (const auto& other : {pass.linear("key", in.k), pass.linear("value", in.v)})
      row.insert(row.end(), other.begin(), other.end());
    rows.push_back(row);
    const auto rkv = residual_convolved(pass, rows);
    const auto r = part(rkv, 0, D);
    k.push_back(part(rkv, D, D));
    v.push_back(part(rkv, 2 * D, D));
    w.push_back(in.w);
    Vector y(static_cast<std::size_t>(D));
    for (std::int64_t first = 0; first < D; first += d) {
      Vector o(static_cast<std::size_t>(d), 0);
      for (std::int64_t s = 0; s <= t; ++s) {
        double weight = 0;
        for (std::int64_t i = first; i < first + d; ++i) {
          double kept = s == t ? pass["time_faaaa"](i) : 1;
          for (std::int64_t between = s + 1; between < t; ++between) kept *= w[between][i];
          weight += r[i] * kept * k[s][i];
        }
        for (std::int64_t j = 0; j < d; ++j) o[j] += weight * v[s][first + j];
      }
      // of o / 8, the authors' form
      double mean = 0;
      double variance = 0;

      for (auto& value : o) mean += (value /= 8) / static_cast<double>(d);
      for (const auto value : o) variance += (value - mean) * (value - mean) / static_cast<double>(d);
      for (std::int64_t j = 0; j < d; ++j) {
        const auto c = first + j;
        y[c] =
            ((o[j] - mean) / std::sqrt(variance + 1e-5) * pass["ln_x.weight"](c) + pass["ln_x.bias"](c)) * silu(g[c]);
      }
    }
    out.push_back(pass.linear("output", y));
  }
  return out;
}

/// x W for a weight [in, out], of group `n` of `groups` equal ones among its columns.
Vector product(const Vector& x, const Plain& weight, std::int64_t n = 0, std::int64_t groups = 1) {
  const auto columns = weight.sizes[1] / groups;
  Vector out(static_cast<std::size_t>(columns), 0);
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::int64_t o = 0; o < columns; ++o) out[o] += x[i] * weight(static_cast<std::int64_t>(i), n * columns + o);
  return out;
}

TEST(RWKV5, FadesThePastAtConstantRatesAndReadsTheCurrentTokenApart) {
  for (const std::int64_t heads : {1, 3})
    expect_agreement(passes("rwkv5", {{"heads", heads}, {"conv", heads == 1 ? "none" : KnobValue(3)}}, {12, 10}),
                     [&](const Pass& pass) {
                       return recurrence(pass, heads, [&](std::int64_t t) {
                         Vector w;
                         for (std::int64_t i = 0; i < pass.width; ++i)
                           w.push_back(std::exp(-std::exp(pass["time_decay"](i))));
                         return Inputs{moved(pass, t, "time_maa_r"), moved(pass, t, "time_maa_k"),
                                       moved(pass, t, "time_maa_v"), moved(pass, t, "time_maa_g"), w};
                       });
                     });
}

TEST(RWKV6, LetsTheInputMoveTheTokensAndTheRates) {
  for (const std::int64_t heads : {1, 3})
    expect_agreement(
        passes("rwkv6",
               {{"heads", heads}, {"mix_rank", 2}, {"decay_rank", 3}, {"conv", heads == 1 ? "none" : KnobValue(3)}},
               {12, 10}),
        [&](const Pass& pass) {
          return recurrence(pass, heads, [&](std::int64_t t) {
            const auto first = moved(pass, t, "time_maa_x");
            const auto input = [&](std::int64_t n, const std::string& name) {  // n: its place among the five groups
              auto s = product(first, pass["time_maa_w1"], n, 5);
              Vector out;
              for (auto& u : s) u = std::tanh(u);
              for (std::int64_t c = 0; c < pass.width; ++c) {
                double share = pass["time_maa_" + name](c);
                for (std::int64_t i = 0; i < 2; ++i) share += s[i] * pass["time_maa_w2"](n, i, c);
                out.push_back(pass.x(t, c) + ((t > 0 ? pass.x(t - 1, c) : 0) - pass.x(t, c)) * share);
              }
              return out;
            };
            auto low = product(input(0, "w"), pass["time_decay_w1"]);
            for (auto& u : low) u = std::tanh(u);
            auto w = product(low, pass["time_decay_w2"]);
            for (std::int64_t c = 0; c < pass.width; ++c) w[c] = std::exp(-std::exp(pass["time_decay"](c) + w[c]));
            return Inputs{input(3, "r"), input(1, "k"), input(2, "v"), input(4, "g"), w};
          });
        });
}

TEST(RWKV6, ForgetsAtAnyRateWithoutOverflow) {
  const Shape shape{16, 512};
  const auto block = build_mixer("rwkv6", find_primitive("rwkv6")->defaults(), build_for(shape, 1, at::kFloat));
  for (const double omega : {-200.0, 0.0, 200.0}) {
    for (const auto& [name, value] : block->parameters())
      if (name == "time_decay") {
        const at::NoGradGuard constant;
        value.fill_(omega);
      }
    const auto x = random_input(1, 2, shape, at::kFloat);
    const auto found = gradients(
        *block, [&](const at::Tensor& u) { return block->forward(u); }, x, random_tensor(x.sizes(), 9, at::kFloat));
    EXPECT_TRUE(at::isfinite(found.output).all().item<bool>()) << omega;
    for (const auto& [name, gradient] : found.parameters)
      EXPECT_TRUE(at::isfinite(gradient).all().item<bool>()) << name << " at " << omega;
  }
}

TEST(RWKVTime, StartsAsTheFirstLayerOfTheReference) {
  const auto start = [](const std::string& primitive, const std::string& parameter) {
    const auto block = build_mixer(primitive, find_primitive(primitive)->defaults(), build_for({8, 4}, 1));
    for (const auto& [name, value] : block->parameters())
      if (name == parameter) {
        const auto whole = value[0].contiguous();
        return Vector(whole.data_ptr<double>(), whole.data_ptr<double>() + whole.numel());
      }
    return Vector();
  };
  for (const std::string primitive : {"rwkv5", "rwkv6"}) {
    const auto omega = start(primitive, "time_decay");
    const auto u = start(primitive, "time_faaaa");
    const auto k = start(primitive, "time_maa_k");
    const auto r = start(primitive, "time_maa_r");
    for (std::size_t i = 0; i < 8; ++i) {
      EXPECT_NEAR(omega.at(i), -6 + 5 * std::pow(static_cast<double>(i) / 7, 0.7), 1e-12);
      EXPECT_NEAR(u.at(i), i % 3 == 0 ? 0 : i % 3 == 1 ? 0.1 : -0.1, 1e-12);
      EXPECT_NEAR(k.at(i), 1 - static_cast<double>(i) / 8, 1e-12);
      EXPECT_NEAR(r.at(i), 1 - std::sqrt(static_cast<double>(i) / 8), 1e-12);
    }
  }
}

}  // namespace
}  // namespace madsearch
