#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// φ of the header on one head's channels; `side` is "q" or "k".
Vector feature(const Pass& pass, const std::string& map, const std::string& side, const Vector& u) {
  const auto layer = [&](const std::string& name) { return pass.linear("feature_map_" + side + "." + name, u); };
  Vector out;
  if (map == "elu")
    for (const auto x : u) out.push_back(x > 0 ? x + 1 : std::exp(x));
  if (map == "relu")
    for (const auto x : u) out.push_back(std::max(x, 0.0));
  if (map == "identity") out = u;
  if (map == "t2r")
    for (const auto x : layer("layer")) out.push_back(std::max(x, 0.0));
  if (map == "elementwise_product") {
    out = layer("layer1");
    const auto second = layer("layer2");
    for (std::size_t i = 0; i < out.size(); ++i) out[i] *= second[i];
  }
  if (map == "hedgehog") {  // Zhang et al. 2024, equation 6: both signs, softmax over all
    const auto projected = layer("layer");
    double total = 0;
    for (const double sign : {2.0, -2.0})
      for (const auto x : projected) out.push_back(std::exp(sign * x)), total += out.back();
    for (auto& x : out) x /= total;
  }
  return out;
}

/// Katharopoulos et al. 2020, equations 10 to 12: sums over the past, written as sums over pairs of tokens.
std::vector<Vector> attend(const Pass& pass, std::int64_t heads, const std::string& map, bool normalised, double epsilon) {
  const auto d = pass.width / heads;
  std::vector<Vector> q, k, v, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    q.push_back(pass.linear("proj_q", pass.token(t)));
    k.push_back(pass.linear("proj_k", pass.token(t)));
    v.push_back(pass.linear("proj_v", pass.token(t)));
    Vector y(static_cast<std::size_t>(pass.width), 0);
    for (std::int64_t head = 0; head < heads; ++head) {
      const auto part = [&](const Vector& all) { return Vector(all.begin() + head * d, all.begin() + (head + 1) * d); };
      const auto query = feature(pass, map, "q", part(q[t]));
      double total = 0;
      for (std::int64_t s = 0; s <= t; ++s) {
        const auto weight = dot(query, feature(pass, map, "k", part(k[s])));
        total += weight;
        for (std::int64_t j = 0; j < d; ++j) y[head * d + j] += weight * v[s][head * d + j];
      }
      if (normalised)
        for (std::int64_t j = 0; j < d; ++j) y[head * d + j] /= total + epsilon;
    }
    out.push_back(pass.linear("out_proj", y));
  }
  return out;
}

TEST(LinearAttention, SumsThePastWithEveryFeatureMap) {
  for (const std::string map : {"elu", "relu", "hedgehog", "t2r", "identity", "elementwise_product"})
    for (const std::int64_t heads : {1, 3}) {
      SCOPED_TRACE(map);
      const bool normalised = map != "identity" && map != "elementwise_product";
      expect_agreement(passes("linear_attention", {{"heads", heads}, {"feature_map", map}}, {12, 9}),
                       [&](const Pass& pass) { return attend(pass, heads, map, normalised, 1e-6); });
    }
}

TEST(LinearAttention, DividesByAnySumUnderTheReferencesProtocol) {
  for (const std::string map : {"identity", "elementwise_product"})
    expect_agreement(
        passes("linear_attention", {{"heads", 2}, {"feature_map", map}}, {8, 9, Protocol::kMadLab}),
        [&](const Pass& pass) { return attend(pass, 2, map, true, 1e-12); }, 1e-8);
}

TEST(LinearAttention, StartsHedgehogAtTheIdentity) {
  const auto pass = passes("linear_attention", {{"heads", 2}, {"feature_map", "hedgehog"}}, {8, 2}, 1, 1).front();
  const auto& weight = pass["feature_map_k.layer.weight"];  // moved by up to 0.1
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t j = 0; j < 4; ++j) EXPECT_NEAR(weight(i, j), i == j, 0.1);
}

}  // namespace
}  // namespace madsearch
