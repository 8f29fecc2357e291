#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/layers/filter.h"

namespace madsearch {
namespace {

TEST(Canon, WeighsTheLastTokensOfEachChannel) {
  for (const std::int64_t taps : {2, 4, 12})
    expect_agreement(passes("canon", {{"conv", taps}}, {5, 9}), [](const Pass& pass) {
      std::vector<std::vector<double>> x, out;
      for (std::int64_t t = 0; t < pass.length; ++t) {
        x.push_back(pass.token(t));
        out.push_back(short_convolution(pass, "conv", x, t));
      }
      return out;
    });
}

}  // namespace
}  // namespace madsearch
