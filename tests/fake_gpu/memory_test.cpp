// What mixers hold of a GPU's memory where a simple form would hold a matrix of all pairs of tokens.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "blocks.h"
#include "fake_gpu.h"
#include "primitives/ops/product_convolution.h"

namespace madsearch {
namespace {

TEST(PeakOnFakeGpu, IsTheMostThatWasHeldAtOnce) {
  const auto a = at::ones({1 << 10}).to(fake_gpu());
  constexpr std::int64_t kCopy = 4 << 10;
  const auto peak = peak_on_fake_gpu([&] {
    for (int i = 0; i < 3; ++i) {
      const auto b = a * 2;
      const auto c = b * 2;
    }
  });
  EXPECT_NEAR(static_cast<double>(peak), 2 * kCopy, 128);
}

/// Of a block forward and backward, parameters and input not counted.
std::int64_t peak_of(const std::string& primitive, const Settings& some, Shape shape) {
  auto build = build_for(shape, 1, at::kFloat);
  build.options = build.options.device(fake_gpu());
  const auto block = build_mixer(primitive, with_defaults(primitive, some), build);
  const auto x = random_input(1, 1, shape, at::kFloat).to(fake_gpu());
  return peak_on_fake_gpu([&] { block->forward(x).sum().backward(); });
}

TEST(ProductConvolution, HoldsOnlyAPieceOfTheProductsOnAGpu) {
  constexpr std::int64_t B = 64, T = 64, M = 32;
  const auto leaf = [](at::IntArrayRef sizes, std::uint64_t seed) {
    return random_tensor(sizes, seed, at::kFloat).to(fake_gpu()).set_requires_grad(true);
  };
  const auto x1 = leaf({1, B, 1, T, M}, 1), x2 = leaf({1, B, 1, T, M}, 2), v = leaf({1, B, 1, T, M}, 3);
  const auto h = leaf({1, 1, T}, 4);
  const auto peak = [&](std::int64_t most) {
    return peak_on_fake_gpu([&] { product_convolution(x1, x2, v, h, most).sum().backward(); });
  };
  constexpr std::int64_t all = B * M * M * T;
  EXPECT_LT(peak(all / B), all * 4);
  EXPECT_GT(peak(all), all * 4);
}

TEST(ForgettingAttention, HoldsNoMatrixOfAllPairsOnAGpu) {
  constexpr std::int64_t heads = 4, T = 1024;
  EXPECT_LT(peak_of("forgetting_attention", {{"heads", heads}}, {32, T}), heads * T * T * 4);
}

}  // namespace
}  // namespace madsearch
