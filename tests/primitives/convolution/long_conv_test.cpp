#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/layers/filter.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

/// Fu et al. 2023: smooth, squash, convolve with every tap written out.
std::vector<Vector> convolve(const Pass& pass, std::int64_t window) {
  const auto& K = pass["kernel"];
  const auto tap = [&](std::int64_t c, std::int64_t lag) {
    double mean = 0;
    for (std::int64_t near = lag - window / 2; near <= lag + window / 2; ++near)
      if (near >= 0 && near < K.sizes[1]) mean += K(c, near) / static_cast<double>(window);
    const double left = std::abs(mean) - 0.001;
    return left > 0 ? std::copysign(left, mean) : 0;
  };
  std::vector<Vector> out;
  for (std::int64_t t = 0; t < pass.length; ++t) {
    Vector y;
    for (std::int64_t c = 0; c < pass.width; ++c) {
      double sum = pass["D"](c) * pass.x(t, c);
      for (std::int64_t s = 0; s <= t; ++s) sum += tap(c, t - s) * pass.x(s, c);
      y.push_back(sum);
    }
    out.push_back(gated_output(pass, y));
  }
  return out;
}

TEST(LongConv, SquashesTheTapsThatItConvolvesWith) {
  for (const std::int64_t length : {1, 9, 140})
    expect_agreement(passes("long_conv", {{"smooth", "none"}}, {4, length}),
                     [](const Pass& pass) { return convolve(pass, 1); });
}

TEST(LongConv, AveragesNeighbouringTaps) {
  for (const std::int64_t window : {3, 7})
    for (const std::int64_t length : {2, 11})  // 2 is shorter than the windows
      expect_agreement(passes("long_conv", {{"smooth", window}}, {4, length}),
                       [&](const Pass& pass) { return convolve(pass, window); });
}

TEST(LongConv, WantsAWindowWithAMiddle) {
  EXPECT_EQ(find_primitive("long_conv")->valid({{"smooth", 4}}, {32, 16}),
            "smooth=4 is even, so the window has no middle");
}

}  // namespace
}  // namespace madsearch
