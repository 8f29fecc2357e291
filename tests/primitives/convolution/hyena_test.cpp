#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/layers/filter.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// Poli et al. 2023, definition 3.1 for order 2, with every tap of the convolution written out.
std::vector<Vector> convolve(const Pass& pass, std::int64_t inner, std::int64_t groups, Protocol protocol) {
  const auto parts = short_projection(pass, groups);  // x0, x1, v
  std::vector<Vector> out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    Vector gated;
    for (std::int64_t c = 0; c < inner; ++c) {
      const auto u = [&](std::int64_t s) { return parts[s][2 * inner + c] * parts[s][inner + c]; };
      double sum = pass["long_conv.bias"](c) * u(t);
      for (std::int64_t s = 0; s <= t; ++s) sum += implicit_filter(pass, c, inner, t - s, protocol, pass.length) * u(s);
      gated.push_back(sum * parts[t][c]);
    }
    out.push_back(pass.linear("out_proj", gated));
  }
  return out;
}

void check(std::int64_t inner, std::int64_t groups, const KnobValue& taps, Protocol protocol,
           std::int64_t length = 10) {
  const Settings set = {{"inner", KnobValue(inner, 4)}, {"filter_order", 3}, {"proj_groups", groups}, {"conv", taps}};
  expect_agreement(
      passes("hyena", set, {4, length, protocol}),
      [&](const Pass& pass) { return convolve(pass, inner, groups, protocol); }, 1e-9);
}

TEST(Hyena, IsAGatedConvolutionWithItsImplicitFilter) { check(4, 1, 3, Protocol::kMadsearch); }
TEST(Hyena, RepeatsAProjectionOfFewerChannels) { check(6, 3, 4, Protocol::kMadsearch); }
TEST(Hyena, TrainsTheFeaturesOfTheReference) { check(4, 1, 2, Protocol::kMadLab); }
TEST(Hyena, LeavesOutItsShortConvolution) { check(6, 3, "none", Protocol::kMadsearch); }
TEST(Hyena, ConvolvesALongSequenceAlike) { check(4, 1, 3, Protocol::kMadsearch, 150); }

}  // namespace
}  // namespace madsearch
