#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/layers/filter.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// Massaroli et al. 2023, section 4: the convolution of each head's outer products, not the equal form with scores.
std::vector<Vector> convolve(const Pass& pass, std::int64_t size, std::int64_t groups, Protocol protocol) {
  const auto D = pass.width, heads = D / size;
  const auto parts = short_projection(pass, groups);  // x1, x2, v
  std::vector<Vector> out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    Vector y(static_cast<std::size_t>(D), 0);
    for (std::int64_t head = 0; head < heads; ++head)
      for (std::int64_t i = head * size; i < (head + 1) * size; ++i)
        for (std::int64_t j = head * size; j < (head + 1) * size; ++j) {
          const auto product = [&](std::int64_t s) { return parts[s][2 * D + i] * parts[s][D + j]; };
          double w = pass["long_conv.bias"](head) * product(t);
          for (std::int64_t s = 0; s <= t; ++s)
            w += implicit_filter(pass, head, heads, t - s, protocol, pass.length) * product(s);
          y[j] += parts[t][i] * w;
        }
    out.push_back(pass.linear("out_proj", y));
  }
  return out;
}

void check(std::int64_t size, std::int64_t groups, const KnobValue& taps, Protocol protocol, std::int64_t length = 9) {
  const Settings set = {{"head_size", size}, {"filter_order", 3}, {"proj_groups", groups}, {"conv", taps}};
  expect_agreement(
      passes("mh_hyena", set, {6, length, protocol}),
      [&](const Pass& pass) { return convolve(pass, size, groups, protocol); }, 1e-9);
}

TEST(MultiHeadHyena, ConvolvesTheOuterProductsOfEachHead) {
  check(2, 1, 3, Protocol::kMadsearch);
  check(6, 1, 3, Protocol::kMadsearch);
}
TEST(MultiHeadHyena, RepeatsAProjectionOfFewerChannels) { check(3, 2, 4, Protocol::kMadsearch); }
TEST(MultiHeadHyena, LeavesOutItsShortConvolution) { check(3, 2, "none", Protocol::kMadsearch); }
TEST(MultiHeadHyena, ConvolvesALongSequenceAlike) { check(3, 1, 3, Protocol::kMadsearch, 131); }
TEST(MultiHeadHyena, TrainsTheFeaturesOfTheReference) { check(2, 1, 2, Protocol::kMadLab); }

}  // namespace
}  // namespace madsearch
