#pragma once
#include <ATen/ATen.h>

namespace madsearch {

/// Products with G block-diagonal matrices of H blocks each. x [R, ..., D], weight [R, H, G, D/H, D/H] -> [R, ..., G
/// D], matrix by matrix.
inline at::Tensor headwise_product(const at::Tensor& x, const at::Tensor& weight) {
  const auto R = weight.size(0);
  const auto H = weight.size(1);
  const auto G = weight.size(2);
  const auto d = weight.size(3);
  const auto N = x.numel() / (R * H * d);
  const auto heads = x.reshape({R, N, H, d}).transpose(1, 2).reshape({R * H, N, d});
  const auto y = at::bmm(heads, weight.reshape({R * H, G * d, d}).transpose(1, 2));  // [R H, N, G d]
  auto sizes = x.sizes().vec();
  sizes.back() = G * H * d;
  return y.view({R, H, N, G, d}).permute({0, 2, 3, 1, 4}).reshape(sizes);
}

}  // namespace madsearch
