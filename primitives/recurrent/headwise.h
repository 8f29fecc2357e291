#pragma once
#include <ATen/ATen.h>

#include "primitives/layers/initial_values.h"

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

/// First values of such matrices, `sizes` [H, G, d, d], [R, H, G, d, d]: those of all projections of d channels. Under
/// mad-lab ~ N(0, mad_lab_deviation²).
inline at::Tensor headwise_init(const Build& build, const std::string& name, at::IntArrayRef sizes,
                                double mad_lab_deviation) {
  return build.protocol == Protocol::kMadLab
             ? normal_init(build, name, sizes, mad_lab_deviation)
             : uniform_init(build, name, sizes, projection_bound(build.protocol, sizes.back()));
}

/// The bound of the uniform first values of H recurrent blocks: that of all projections of D/H channels; under mad-lab
/// 1/√D, which PyTorch has for one block.
inline double recurrent_bound(const Build& build, std::int64_t heads) {
  return build.protocol == Protocol::kMadLab ? fan_in_bound(build.width)
                                             : projection_bound(build.protocol, build.width / heads);
}

}  // namespace madsearch
