#pragma once
#include "primitives/mixer.h"

// Normalisation over the last axis, x [R, ..., width] -> the same. Weights are ones at first, biases zeros.
namespace madsearch {

/// y = x / sqrt(mean(x²) + eps) * w. weight [R, width].
class RMSNorm : public Module {
 public:
  RMSNorm(const Build& build, std::int64_t width, double eps = 1e-5);
  at::Tensor operator()(const at::Tensor& x) const;
  at::Tensor weight;
  double eps;
};

/// y = (x - mean) / sqrt(variance + eps) * w + b. weight, bias [R, width].
class LayerNorm : public Module {
 public:
  LayerNorm(const Build& build, std::int64_t width, double eps = 1e-5);
  at::Tensor operator()(const at::Tensor& x) const;
  at::Tensor weight, bias;
  double eps;
};

/// LayerNorm over each of `groups` equal parts of the channels, with a weight and a bias for every channel: PyTorch's
/// GroupNorm of a token. `groups` divides `width`.
class GroupNorm : public Module {
 public:
  GroupNorm(const Build& build, std::int64_t groups, std::int64_t width, double eps = 1e-5, bool with_bias = true);
  at::Tensor operator()(const at::Tensor& x) const;
  at::Tensor weight, bias;  // [R, width], bias undefined without one
  std::int64_t groups;
  double eps;
};

/// x / sqrt(sum x² + eps).
at::Tensor l2_normalised(const at::Tensor& x, double eps = 1e-6);

}  // namespace madsearch
