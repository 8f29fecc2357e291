#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/layers/filter.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

TEST(GatedShortConv, ConvolvesBetweenTwoGates) {
  for (const std::int64_t taps : {2, 3, 12})
    expect_agreement(passes("gated_short_conv", {{"conv", taps}}, {5, 9}), [](const Pass& pass) {
      const auto D = pass.width;
      std::vector<Vector> gated, out;
      for (std::int64_t t = 0; t < pass.length; ++t) {
        const auto parts = pass.linear("in_proj", pass.token(t));  // B, C, u
        auto& now = gated.emplace_back();
        for (std::int64_t d = 0; d < D; ++d) now.push_back(parts[d] * parts[2 * D + d]);
        auto y = short_convolution(pass, "conv", gated, t);
        for (std::int64_t d = 0; d < D; ++d) y[d] *= parts[D + d];
        out.push_back(pass.linear("out_proj", y));
      }
      return out;
    });
}

}  // namespace
}  // namespace madsearch
