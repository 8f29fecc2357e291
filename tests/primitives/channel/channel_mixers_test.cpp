#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/layers/filter.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

Vector softmax(Vector u) {
  double total = 0;
  for (auto& x : u) total += x = std::exp(x);
  for (auto& x : u) x /= total;
  return u;
}

/// Each token of a pass alone through `token`.
void expect_tokens(const std::vector<Pass>& all, const std::function<Vector(const Pass&, const Vector&)>& token) {
  expect_agreement(all, [&](const Pass& pass) {
    std::vector<Vector> out;
    for (std::int64_t t = 0; t < pass.length; ++t) out.push_back(token(pass, pass.token(t)));
    return out;
  });
}

const std::vector<KnobValue> kConvolutions = {"none", 3};

TEST(MLP, PutsANonlinearityBetweenTwoProducts) {
  const auto gelu = [](double u) {
    return 0.5 * u * (1 + std::tanh(std::sqrt(2 / M_PI) * (u + 0.044715 * u * u * u)));
  };
  const auto relu2 = [](double u) { return u > 0 ? u * u : 0; };
  const auto check = [](const std::string& name, const std::function<double(double)>& f) {
    for (const auto& conv : kConvolutions)
      expect_agreement(passes("mlp", {{"inner", KnobValue(5, 2)}, {"activation", name}, {"conv", conv}}, {8, 6}),
                       [&](const Pass& pass) {
                         std::vector<Vector> inner, out;
                         for (std::int64_t t = 0; t < pass.length; ++t) {
                           inner.push_back(pass.linear("fc", pass.token(t)));
                           auto u = residual_convolution(pass, "conv", inner, t);
                           EXPECT_EQ(u.size(), 20u);
                           for (auto& value : u) value = f(value);
                           out.push_back(pass.linear("proj", u));
                         }
                         return out;
                       });
  };
  check("gelu", gelu);
  check("relu2", relu2);
}

TEST(SwiGLU, GatesOneProductByAnother) {
  for (const auto& conv : kConvolutions)
    expect_agreement(passes("swiglu", {{"inner", KnobValue(5, 2)}, {"conv", conv}}, {8, 6}), [](const Pass& pass) {
      std::vector<Vector> inner, out;
      for (std::int64_t t = 0; t < pass.length; ++t) {
        auto& both = inner.emplace_back(pass.linear("w1", pass.token(t)));
        const auto second = pass.linear("w2", pass.token(t));
        both.insert(both.end(), second.begin(), second.end());
        const auto u = residual_convolution(pass, "conv", inner, t);
        Vector gated;
        for (std::size_t i = 0; i < second.size(); ++i) gated.push_back(silu(u[i]) * u[second.size() + i]);
        out.push_back(pass.linear("w3", gated));
      }
      return out;
    });
}

/// The weights of the experts for one token: 0 for all but the `active` best.
Vector routing(const Vector& scores, std::int64_t active) {
  std::vector<std::size_t> order(scores.size());
  for (std::size_t e = 0; e < order.size(); ++e) order[e] = e;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  Vector best;
  for (std::int64_t n = 0; n < active; ++n) best.push_back(scores[order[n]]);
  const auto shares = active == 1 ? Vector{softmax(scores)[order[0]]} : softmax(best);
  Vector out(scores.size(), 0);
  for (std::int64_t n = 0; n < active; ++n) out[order[n]] = shares[n];
  return out;
}

constexpr std::int64_t kInner = 4;  // channels of one expert

Settings moe(std::int64_t experts, std::int64_t active, std::int64_t shared = 0) {
  return {{"experts", experts}, {"active", active}, {"shared", shared}, {"inner", KnobValue(kInner, 8)}};
}

/// Adds what expert `e` of the matrices under `prefix` makes of x, an MLP with slices of its own, times `weight`.
void add_expert(const Pass& pass, const std::string& prefix, std::int64_t e, double weight, const Vector& x,
                Vector& y) {
  const auto gate = pass.linear(prefix + "w1", x);
  const auto u = pass.linear(prefix + "w2", x);
  for (std::int64_t i = e * kInner; i < (e + 1) * kInner; ++i)
    for (std::int64_t d = 0; d < 8; ++d) y[d] += weight * silu(gate[i]) * u[i] * pass[prefix + "w3.weight"](d, i);
}

TEST(MoE, SendsEachTokenToItsBestExpertsAndToAllThatAreShared) {
  for (const std::int64_t shared : {0, 1, 2})
    for (const std::int64_t active : {1, 2, 3})
      expect_tokens(passes("moe", moe(3, active, shared), {8, 6}), [&](const Pass& pass, const Vector& x) {
        const auto weights = routing(pass.linear("router", x), active);
        Vector y(8, 0);
        for (std::int64_t e = 0; e < 3; ++e) add_expert(pass, "", e, weights[e], x, y);
        for (std::int64_t e = 0; e < shared; ++e) add_expert(pass, "shared.", e, 1, x, y);
        return y;
      });
}

TEST(MoE, AsksForBalanceAmongTheExpertsThatAreRouted) {
  const std::int64_t E = 3, active = 2, sequences = 2;
  const auto all = passes("moe", moe(E, active, 1), {8, 6}, 2, sequences);
  for (std::size_t r = 0; r < 2; ++r) {
    Vector share(E, 0), mean(E, 0);
    const double tokens = sequences * 6;
    for (std::size_t b = 0; b < sequences; ++b) {
      const auto& pass = all[r * sequences + b];
      for (std::int64_t t = 0; t < 6; ++t) {
        const auto scores = pass.linear("router", pass.token(t));
        const auto weights = routing(scores, active);
        const auto whole = softmax(scores);
        for (std::int64_t e = 0; e < E; ++e) {
          share[e] += (weights[e] > 0) / (tokens * active);
          mean[e] += whole[e] / tokens;
        }
      }
    }
    EXPECT_NEAR(all[r * sequences].auxiliary_loss, 0.01 * E * dot(share, mean), 1e-12);
  }
}

TEST(MoE, MixesAllExpertsUnderTheReferencesProtocol) {
  const auto gelu = [](double u) {
    return 0.5 * u * (1 + std::tanh(std::sqrt(2 / M_PI) * (u + 0.044715 * u * u * u)));
  };
  const std::int64_t E = 4, active = 2;
  for (const std::int64_t shared : {0, 2})
    expect_tokens(passes("moe", moe(E, active, shared), {8, 6, Protocol::kMadLab}),
                  [&](const Pass& pass, const Vector& x) {
                    auto hidden = pass.linear("up1", x);
                    const auto b = pass.linear("up2", x);
                    for (std::size_t i = 0; i < b.size(); ++i) hidden[i] *= gelu(b[i]);
                    auto scores = pass.linear("router", x);
                    auto sorted = scores;
                    std::sort(sorted.rbegin(), sorted.rend());
                    for (auto& s : scores) s = s < sorted[active - 1] ? 0 : s;
                    const auto weights = softmax(scores);
                    const auto z = pass.linear("down1", hidden);
                    Vector y(8, 0);
                    for (std::int64_t d = 0; d < 8; ++d)
                      for (std::int64_t e = 0; e < E; ++e) y[d] += z[d * E + e] * weights[e];
                    for (std::int64_t e = 0; e < shared; ++e) add_expert(pass, "shared.", e, 1, x, y);
                    return y;
                  });
}

TEST(Identity, GivesBackItsInput) {
  expect_tokens(passes("identity", {}, {8, 6}), [](const Pass&, const Vector& x) { return x; });
}

TEST(RWKVChannel, MovesEachTokenTowardsTheOneBeforeIt) {
  for (const auto& conv : kConvolutions)
    for (const std::string gate : {"on", "off"})
      expect_agreement(passes("rwkv_channel", {{"inner", KnobValue(5, 2)}, {"gate", gate}, {"conv", conv}}, {8, 6}),
                       [&](const Pass& pass) {
                         std::vector<Vector> inner, out;
                         for (std::int64_t t = 0; t < pass.length; ++t) {
                           inner.push_back(pass.linear("key", moved(pass, t, "time_maa_k")));
                           auto k = residual_convolution(pass, "conv", inner, t);
                           for (auto& u : k) u = u > 0 ? u * u : 0;
                           out.push_back(pass.linear("value", k));
                           if (gate == "off") continue;
                           const auto r = pass.linear("receptance", moved(pass, t, "time_maa_r"));
                           for (std::size_t d = 0; d < r.size(); ++d) out.back()[d] *= sigmoid(r[d]);
                         }
                         return out;
                       });
}

}  // namespace
}  // namespace madsearch
