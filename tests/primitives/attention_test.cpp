#include <gtest/gtest.h>

#include <cmath>

#include "primitives/table.h"
#include "tests/primitives/plain.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

Vector part(const Vector& all, std::int64_t begin, std::int64_t count) { return {all.begin() + begin, all.begin() + begin + count}; }

/// Su et al. 2021, equation 34: channel pairs (j, j + n/2) turned by t θ_j.
Vector turned(const Vector& u, std::int64_t t) {
  const auto half = u.size() / 2;
  Vector out(u.size());
  for (std::size_t j = 0; j < half; ++j) {
    const double angle = static_cast<double>(t) * std::pow(10000, -2.0 * static_cast<double>(j) / static_cast<double>(u.size()));
    out[j] = u[j] * std::cos(angle) - u[j + half] * std::sin(angle);
    out[j + half] = u[j] * std::sin(angle) + u[j + half] * std::cos(angle);
  }
  return out;
}

struct Heads {
  std::int64_t queries, keys, window;  // window 0: all of the past
  bool rotary;
};

std::vector<Vector> attend(const Pass& pass, Heads heads) {
  const auto D = pass.width, d = D / heads.queries;
  std::vector<Vector> qkv, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    qkv.push_back(pass.linear("Wqkv", pass.token(t)));
    Vector y;
    for (std::int64_t head = 0; head < heads.queries; ++head) {
      const auto group = head / (heads.queries / heads.keys);
      const auto rotated = [&](const Vector& u, std::int64_t at) { return heads.rotary ? turned(u, at) : u; };
      const auto q = rotated(part(qkv[t], head * d, d), t);
      Vector sum(d, 0);
      double total = 0;
      for (std::int64_t s = heads.window ? std::max<std::int64_t>(0, t - heads.window + 1) : 0; s <= t; ++s) {
        const auto k = rotated(part(qkv[s], D + group * d, d), s), v = part(qkv[s], D + heads.keys * d + group * d, d);
        const auto weight = std::exp(dot(q, k) / std::sqrt(static_cast<double>(d)));
        total += weight;
        for (std::int64_t j = 0; j < d; ++j) sum[j] += weight * v[j];
      }
      for (const auto value : sum) y.push_back(value / total);
    }
    out.push_back(pass.linear("out_proj", y));
  }
  return out;
}

void check(const Heads& heads) {
  const Settings set = {{"heads", heads.queries},
                        {"kv_heads", heads.keys == heads.queries ? KnobValue("all") : KnobValue(heads.keys)},
                        {"window", heads.window ? KnobValue(heads.window) : KnobValue("none")},
                        {"rotary", heads.rotary ? "on" : "off"}};
  for (const auto protocol : {Protocol::kMadsearch, Protocol::kMadLab})
    expect_agreement(passes("attention", set, {12, 11, protocol}), [&](const Pass& pass) { return attend(pass, heads); });
}

TEST(Attention, IsAWeightedMeanOfThePast) { check({.queries = 3, .keys = 3, .window = 0, .rotary = false}); }
TEST(Attention, TurnsQueriesAndKeysByTheirPositions) { check({.queries = 2, .keys = 2, .window = 0, .rotary = true}); }
TEST(Attention, ReadsTheLastTokensOfAWindow) {
  check({.queries = 2, .keys = 2, .window = 4, .rotary = true});
  check({.queries = 1, .keys = 1, .window = 1, .rotary = true});
}
TEST(Attention, SharesKeyHeadsAmongNeighbouringQueryHeads) {
  check({.queries = 6, .keys = 2, .window = 0, .rotary = true});
  check({.queries = 4, .keys = 1, .window = 5, .rotary = false});
}

TEST(Attention, CountsThePairsThatAWindowReads) {
  const auto flops = [](const KnobValue& window, std::int64_t length) {
    return find_primitive("attention")->cost({{"heads", 2}, {"kv_heads", "all"}, {"window", window}, {"rotary", "on"}}, {8, length}).flops;
  };
  std::int64_t pairs = 0;
  for (int t = 0; t < 10; ++t) pairs += std::min(t + 1, 3);
  EXPECT_EQ(flops(3, 10), 8 * 10 * 8 * 8 + 4 * 8 * pairs);  // four projections; scores and means
  EXPECT_EQ(flops("none", 10), 8 * 10 * 8 * 8 + 4 * 8 * 55);
  EXPECT_EQ(flops(50, 10), flops("none", 10));
}

}  // namespace
}  // namespace madsearch
