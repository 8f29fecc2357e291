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

struct Heads {
  std::int64_t queries, keys, window;  // window 0: all of the past
  bool rotary;
  std::int64_t sinks = 0;
  bool qk_norm = false;
  bool gate = false;
  std::int64_t taps = 0;
};

/// Over one head's channels.
Vector normed(Vector u, const Plain& weight) {
  const auto scale = 1 / std::sqrt(dot(u, u) / static_cast<double>(u.size()) + 1e-6);
  for (std::size_t j = 0; j < u.size(); ++j) u[j] *= scale * weight(static_cast<std::int64_t>(j));
  return u;
}

std::vector<Vector> attend(const Pass& pass, Heads heads) {
  const auto D = pass.width, d = D / heads.queries;
  std::vector<Vector> rows, qkv, out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    rows.push_back(pass.linear("Wqkv", pass.token(t)));
    qkv.push_back(residual_convolved(pass, rows));
    Vector y;
    for (std::int64_t head = 0; head < heads.queries; ++head) {
      const auto group = head / (heads.queries / heads.keys);
      const auto placed = [&](const Vector& u, std::int64_t at, const std::string& norm) {
        const auto v = heads.qk_norm ? normed(u, pass[norm]) : u;
        return heads.rotary ? turned(v, at) : v;
      };
      const auto q = placed(part(qkv[t], head * d, d), t, "q_norm.weight");
      Vector sum(d, 0);
      double total = 0;
      for (std::int64_t s = 0; s <= t; ++s) {
        if (heads.window && s <= t - heads.window && s >= heads.sinks) continue;
        const auto k = placed(part(qkv[s], D + group * d, d), s, "k_norm.weight");
        const auto v = part(qkv[s], D + heads.keys * d + group * d, d);
        const auto weight = std::exp(dot(q, k) / std::sqrt(static_cast<double>(d)));
        total += weight;
        for (std::int64_t j = 0; j < d; ++j) sum[j] += weight * v[j];
      }
      for (const auto value : sum) y.push_back(value / total);
    }
    if (heads.gate) {
      const auto g = pass.linear("gate_proj", pass.token(t));
      for (std::size_t j = 0; j < y.size(); ++j) y[j] *= sigmoid(g[j]);
    }
    out.push_back(pass.linear("out_proj", y));
  }
  return out;
}

void check(const Heads& heads) {
  const Settings set = {{"heads", heads.queries},
                        {"kv_heads", heads.keys == heads.queries ? KnobValue("all") : KnobValue(heads.keys)},
                        {"window", heads.window ? KnobValue(heads.window) : KnobValue("none")},
                        {"sinks", heads.sinks},
                        {"rotary", heads.rotary ? "on" : "off"},
                        {"qk_norm", heads.qk_norm ? "on" : "off"},
                        {"gate", heads.gate ? "on" : "off"},
                        {"conv", heads.taps ? KnobValue(heads.taps) : "none"}};
  for (const auto protocol : {Protocol::kMadsearch, Protocol::kMadLab})
    for (const std::int64_t length : {11, 40})
      expect_agreement(passes("attention", set, {12, length, protocol}),
                       [&](const Pass& pass) { return attend(pass, heads); });
}

TEST(Attention, IsAWeightedMeanOfThePast) { check({.queries = 3, .keys = 3, .window = 0, .rotary = false}); }
TEST(Attention, TurnsQueriesAndKeysByTheirPositions) { check({.queries = 2, .keys = 2, .window = 0, .rotary = true}); }
TEST(Attention, ReadsTheLastTokensOfAWindow) {
  check({.queries = 2, .keys = 2, .window = 4, .rotary = true});
  check({.queries = 1, .keys = 1, .window = 1, .rotary = true});
}
TEST(Attention, ReadsAShareOfTheLengthItIsBuiltFor) {
  const at::NoGradGuard constant;
  for (const auto& [share, length, window] :
       {std::tuple(KnobValue(1, 8), 40, 5), std::tuple(KnobValue(1, 8), 41, 6), std::tuple(KnobValue(1, 4), 11, 3),
        std::tuple(KnobValue(1, 50), 3, 1), std::tuple(KnobValue(11, 12), 12, 11)})
    for (const std::int64_t sinks : {0, 2}) {
      const auto build = build_for({12, length}, 2);
      const auto counted = with_defaults("attention", {{"heads", 2}, {"window", window}, {"sinks", sinks}});
      const auto shared = with_defaults("attention", {{"heads", 2}, {"window", share}, {"sinks", sinks}});
      const auto one = build_mixer("attention", counted, build);
      const auto other = build_mixer("attention", shared, build);
      for (const std::int64_t T : {length, length / 2 + 1}) {  // a shorter text has the same window
        const auto x = random_input(2, 3, {12, T});
        EXPECT_TRUE(at::equal(one->forward(x), other->forward(x))) << share.text() << " of " << length;
      }
      const auto& sheet = *find_primitive("attention");
      EXPECT_EQ(sheet.cost(shared, {12, length}).state, sheet.cost(counted, {12, length}).state);
      EXPECT_EQ(sheet.cost(shared, {12, length}).flops, sheet.cost(counted, {12, length}).flops);
      EXPECT_EQ(sheet.cost(shared, {12, length}).state, 2 * 12 * std::min(length, window + static_cast<int>(sinks)));
    }
}
TEST(Attention, SharesKeyHeadsAmongNeighbouringQueryHeads) {
  check({.queries = 6, .keys = 2, .window = 0, .rotary = true});
  check({.queries = 4, .keys = 1, .window = 5, .rotary = false});
}

TEST(Attention, KeepsTheFirstTokensInSightBesideItsWindow) {
  check({.queries = 2, .keys = 2, .window = 4, .rotary = true, .sinks = 2});
  check({.queries = 2, .keys = 1, .window = 1, .rotary = true, .sinks = 1});
  check({.queries = 1, .keys = 1, .window = 3, .rotary = false, .sinks = 9});
}
TEST(Attention, NormalisesQueriesAndKeysOverEachHead) {
  check({.queries = 2, .keys = 2, .window = 0, .rotary = true, .qk_norm = true});
  check({.queries = 4, .keys = 2, .window = 4, .rotary = false, .sinks = 1, .qk_norm = true, .gate = true});
}
TEST(Attention, LetsTheInputGateWhatItReads) {
  check({.queries = 2, .keys = 2, .window = 0, .rotary = true, .gate = true});
}

TEST(Attention, ConvolvesQueriesKeysAndValuesBeforeTheirNorms) {
  check({.queries = 2, .keys = 2, .window = 0, .rotary = true, .taps = 4});
  check({.queries = 6, .keys = 2, .window = 4, .rotary = true, .qk_norm = true, .gate = true, .taps = 3});
}

TEST(Attention, CountsThePairsThatAWindowReads) {
  const auto cost = [](const KnobValue& window, std::int64_t length, std::int64_t sinks = 0) {
    auto set = find_primitive("attention")->defaults();
    set.set("window", window);
    set.set("sinks", sinks);
    return find_primitive("attention")->cost(set, {8, length});
  };
  const auto flops = [&](const KnobValue& window, std::int64_t length) { return cost(window, length).flops; };
  std::int64_t pairs = 0;
  for (int t = 0; t < 10; ++t) pairs += std::min(t + 1, 3);
  EXPECT_EQ(flops(3, 10), 8 * 10 * 8 * 8 + 4 * 8 * pairs);  // four projections; scores and means
  EXPECT_EQ(flops("none", 10), 8 * 10 * 8 * 8 + 4 * 8 * 55);
  EXPECT_EQ(flops(50, 10), flops("none", 10));
  for (int t = 0, read = 0; t < 10; ++t) {
    read += std::min(t + 1, 5);
    EXPECT_EQ(cost(3, t + 1, 2).flops, 8 * (t + 1) * 8 * 8 + 4 * 8 * read);
    EXPECT_EQ(cost(3, t + 1, 2).state, 2 * 8 * std::min(t + 1, 5));
  }
}

}  // namespace
}  // namespace madsearch
