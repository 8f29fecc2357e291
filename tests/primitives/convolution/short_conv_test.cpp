#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/layers/filter.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;

TEST(ShortConv, GatesAnActivatedConvolution) {  // BaseConv of the published code of Arora et al. 2024
  for (const std::int64_t inner : {4, 6})
    for (const std::int64_t taps : {2, 3, 12})  // 12 are more than the sequence has
      expect_agreement(passes("short_conv", {{"expand", KnobValue(inner, 4)}, {"conv", taps}}, {4, 9}),
                       [&](const Pass& pass) {
                         std::vector<Vector> u, out;
                         for (std::int64_t t = 0; t < pass.length; ++t) {
                           u.push_back(pass.linear("in_proj", pass.token(t)));
                           auto y = short_convolution(pass, "conv", u, t);
                           for (std::int64_t c = 0; c < inner; ++c) y[c] = silu(y[c]) * u.back()[inner + c];
                           out.push_back(pass.linear("out_proj", y));
                         }
                         return out;
                       });
}

}  // namespace
}  // namespace madsearch
