#include "primitives/ops/product_convolution.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/primitives/blocks.h"

namespace madsearch {
namespace {

/// The header's equation, all products at once and each tap by itself.
at::Tensor by_taps(const at::Tensor& x1, const at::Tensor& x2, const at::Tensor& v, const at::Tensor& h) {
  const auto T = h.size(-1);
  const auto products = v.unsqueeze(5) * x2.unsqueeze(4);  // [R, B, H, T, i, j]
  auto past = at::zeros_like(products);
  for (std::int64_t lag = 0; lag < T; ++lag) {
    const auto delayed = at::constant_pad_nd(products.slice(3, 0, T - lag), {0, 0, 0, 0, lag, 0});
    past = past + h.select(-1, lag).view({h.size(0), 1, h.size(1), 1, 1, 1}) * delayed;
  }
  return (x1.unsqueeze(5) * past).sum(4);
}

struct Given {
  at::Tensor x1, x2, v, h;
  Given(std::int64_t R, std::int64_t B, std::int64_t H, std::int64_t T, std::int64_t M) {
    const auto leaf = [](at::IntArrayRef sizes, std::uint64_t seed) {
      return random_tensor(sizes, seed).set_requires_grad(true);
    };
    x1 = leaf({R, B, H, T, M}, 1);
    x2 = leaf({R, B, H, T, M}, 2);
    v = leaf({R, B, H, T, M}, 3);
    h = leaf({R, H, T}, 4);
  }
  std::vector<at::Tensor> output_and_gradients(const at::Tensor& y) const {
    auto out = torch::autograd::grad({y}, {x1, x2, v, h}, {random_tensor(y.sizes(), 5)});
    out.push_back(y);
    return out;
  }
};

TEST(ProductConvolution, ConvolvesTheProductsOfEachHeadWhateverTheirPieces) {
  const Given in(2, 3, 5, 7, 4);
  const auto expected = in.output_and_gradients(by_taps(in.x1, in.x2, in.v, in.h));
  const std::int64_t of_sequence = 2 * 4 * 4 * 7;
  for (const auto most : {std::int64_t{1}, 2 * of_sequence, 3 * of_sequence, 2 * 3 * of_sequence, 100 * of_sequence}) {
    const auto found = in.output_and_gradients(product_convolution(in.x1, in.x2, in.v, in.h, most));
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_LT(relative_difference(found[i], expected[i]), 1e-13) << most << ", " << i;
  }
}

TEST(ProductConvolution, TakesASingleTokenAndChannel) {
  const Given in(1, 2, 1, 1, 1);
  const auto expected = in.output_and_gradients(by_taps(in.x1, in.x2, in.v, in.h));
  const auto found = in.output_and_gradients(product_convolution(in.x1, in.x2, in.v, in.h));
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_LT(relative_difference(found[i], expected[i]), 1e-13) << i;
}

}  // namespace
}  // namespace madsearch
