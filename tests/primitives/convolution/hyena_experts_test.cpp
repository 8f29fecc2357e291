#include <gtest/gtest.h>

#include <algorithm>

#include "primitives/table.h"
#include "tests/primitives/layers/filter.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// The best `active` experts share one token by the softmax of their scores alone, and a single one gets its share
/// among all; under mad-lab the others count as scores of 0.
Vector shares(const Vector& scores, std::int64_t active, Protocol protocol) {
  auto sorted = scores;
  std::sort(sorted.rbegin(), sorted.rend());
  const auto least = sorted[active - 1];
  const bool reference = protocol == Protocol::kMadLab;
  double total = 0;
  for (const auto s : scores)
    total += reference ? std::exp(s < least ? 0 : s) : s >= least || active == 1 ? std::exp(s) : 0;
  Vector out;
  for (const auto s : scores) out.push_back((s >= least ? std::exp(s) : reference ? 1 : 0) / total);
  return out;
}

/// Each expert a Hyena of its own, on channels e, e + E, ...; their outputs weighted, then projected.
std::vector<Vector> experts(const Pass& pass, std::int64_t E, std::int64_t active, Protocol protocol) {
  const auto D = pass.width;
  const auto parts = short_projection(pass, 1);  // x0, x1, v
  std::vector<Vector> out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    const auto weights = shares(pass.linear("router", pass.token(t)), active, protocol);
    Vector mixed(static_cast<std::size_t>(D / E), 0);
    for (std::int64_t e = 0; e < E; ++e)
      for (std::int64_t i = 0; i < D / E; ++i) {
        const auto c = i * E + e;
        const auto u = [&](std::int64_t s) { return parts[s][2 * D + c] * parts[s][D + c]; };
        double sum = pass["long_conv.bias"](c) * u(t);
        for (std::int64_t s = 0; s <= t; ++s) sum += implicit_filter(pass, c, D, t - s, protocol, pass.length) * u(s);
        mixed[i] += weights[e] * sum * parts[t][c];
      }
    out.push_back(pass.linear("out_proj", mixed));
  }
  return out;
}

void check(std::int64_t E, std::int64_t active, Protocol protocol, const KnobValue& taps = 3) {
  const Settings set = {{"experts", E}, {"active", active}, {"filter_order", 3}, {"conv", taps}};
  expect_agreement(
      passes("hyena_experts", set, {6, 10, protocol}),
      [&](const Pass& pass) { return experts(pass, E, active, protocol); }, 1e-9);
}

TEST(HyenaExperts, SendEachTokenToTheBest) {
  check(3, 2, Protocol::kMadsearch);
  check(3, 1, Protocol::kMadsearch);
  check(2, 2, Protocol::kMadsearch);
}
TEST(HyenaExperts, LeaveOutTheirShortConvolution) { check(3, 2, Protocol::kMadsearch, "none"); }
TEST(HyenaExperts, MixAllUnderTheReferencesProtocol) { check(3, 2, Protocol::kMadLab); }

TEST(HyenaExperts, AskForBalance) {
  const auto pass =
      passes("hyena_experts", {{"experts", 3}, {"active", 1}, {"filter_order", 3}, {"conv", 3}}, {6, 10}, 1, 1).front();
  Vector share(3, 0), mean(3, 0);
  for (std::int64_t t = 0; t < 10; ++t) {
    const auto scores = pass.linear("router", pass.token(t));
    double total = 0;
    for (const auto s : scores) total += std::exp(s);
    for (std::size_t e = 0; e < 3; ++e) mean[e] += std::exp(scores[e]) / total / 10;
    share[static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin())] += 0.1;
  }
  EXPECT_NEAR(pass.auxiliary_loss, 0.01 * 3 * dot(share, mean), 1e-12);
}

}  // namespace
}  // namespace madsearch
