#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/linear_attention/plain_convolution.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// φ of the header on one head's channels; `side` is "q" or "k". Not for taylor, which is known by its inner product.
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
      for (const auto x : projected) {
        out.push_back(std::exp(sign * x));
        total += out.back();
      }
    for (auto& x : out) x /= total;
  }
  if (map.starts_with(
          "dpfp")) {  // Schlag et al. 2021, section 5.3; the reference of mad-lab has the sign of its second half wrong
    Vector c;
    for (const double sign : {1.0, -1.0})
      for (const auto x : u) c.push_back(map == "dpfp of mad-lab" ? sign * std::max(x, 0.0) : std::max(sign * x, 0.0));
    const auto n = c.size();
    for (std::size_t shift = 1; shift <= 4; ++shift)
      for (std::size_t i = 0; i < n; ++i) out.push_back(c[i] * c[(i + 4 * n - shift) % n]);
  }
  return out;
}

/// φ(q) · φ(k); for taylor the terms of exp(q · k / √f) up to the second, Arora et al. 2024, section 4.
double similarity(const Pass& pass, const std::string& map, const Vector& q, const Vector& k) {
  if (map != "taylor") return dot(feature(pass, map, "q", q), feature(pass, map, "k", k));
  const auto s = dot(q, k) / std::sqrt(static_cast<double>(q.size()));
  return 1 + s + s * s / 2;
}

/// Katharopoulos et al. 2020, equations 10 to 12: sums over the past, written as sums over pairs of tokens.
std::vector<Vector> attend(const Pass& pass, std::int64_t heads, const std::string& map, bool normalised,
                           double epsilon) {
  const auto d = pass.width / heads;
  const auto f = pass["proj_q.weight"].sizes[0] / heads;
  std::vector<Vector> rows, q, k, v, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    rows.push_back(projected(pass, {"proj_q", "proj_k", "proj_v"}, pass.token(t)));
    const auto qkv = residual_convolved(pass, rows);
    q.push_back(part(qkv, 0, heads * f));
    k.push_back(part(qkv, heads * f, heads * f));
    v.push_back(part(qkv, 2 * heads * f, pass.width));
    Vector y(static_cast<std::size_t>(pass.width), 0);
    for (std::int64_t head = 0; head < heads; ++head) {
      const auto of_head = [&](const Vector& all) { return part(all, head * f, f); };
      double total = 0;
      for (std::int64_t s = 0; s <= t; ++s) {
        const auto weight = similarity(pass, map, of_head(q[t]), of_head(k[s]));
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

Settings settings(std::int64_t heads, const std::string& map, const KnobValue& size = "none",
                  const KnobValue& conv = "none") {
  return {{"heads", heads}, {"feature_map", map}, {"feature_size", size}, {"conv", conv}};
}

TEST(LinearAttention, SumsThePastWithEveryFeatureMap) {
  for (const std::string map : {"elu", "relu", "hedgehog", "t2r", "identity", "elementwise_product", "dpfp", "taylor"})
    for (const std::int64_t heads : {1, 3})
      for (const auto& size : {KnobValue("none"), KnobValue(5)}) {
        SCOPED_TRACE(map + " " + size.text());
        const bool normalised = map != "identity" && map != "elementwise_product";
        expect_agreement(passes("linear_attention", settings(heads, map, size), {12, 9}),
                         [&](const Pass& pass) { return attend(pass, heads, map, normalised, 1e-6); });
      }
}

TEST(LinearAttention, ConvolvesWhatItsFeatureMapsRead) {
  for (const auto& size : {KnobValue("none"), KnobValue(5)})
    expect_agreement(passes("linear_attention", settings(3, "elu", size, 4), {12, 9}),
                     [&](const Pass& pass) { return attend(pass, 3, "elu", true, 1e-6); });
}

TEST(LinearAttention, DividesByAnySumUnderTheReferencesProtocol) {
  for (const std::string map : {"identity", "elementwise_product", "dpfp"})
    expect_agreement(
        passes("linear_attention", settings(2, map), {8, 9, Protocol::kMadLab}),
        [&](const Pass& pass) { return attend(pass, 2, map == "dpfp" ? "dpfp of mad-lab" : map, true, 1e-12); }, 1e-8);
}

TEST(LinearAttention, KeepsTaylorsFeaturesFew) {
  const auto& sheet = *find_primitive("linear_attention");
  EXPECT_EQ(sheet.valid(settings(1, "taylor"), {32, 9}),
            "feature_map=taylor of heads of 32 channels needs a feature_size of at most 16");
  EXPECT_EQ(sheet.valid(settings(1, "taylor", 16), {32, 9}), "");
  EXPECT_EQ(sheet.cost(settings(1, "taylor", 16), {32, 9}).state, (1 + 16 + 16 * 17 / 2) * (32 + 1));
}

TEST(LinearAttention, StartsHedgehogAtTheIdentity) {
  const auto pass = passes("linear_attention", settings(2, "hedgehog"), {8, 2}, 1, 1).front();
  const auto& weight = pass["feature_map_k.layer.weight"];  // moved by up to 0.1
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t j = 0; j < 4; ++j) EXPECT_NEAR(weight(i, j), i == j, 0.1);
}

}  // namespace
}  // namespace madsearch
