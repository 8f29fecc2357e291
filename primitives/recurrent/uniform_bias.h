#pragma once
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "primitives/layers/layers.h"

namespace madsearch {

/// Gives a layer built by `build` the initial bias of torch.nn.Linear, U(±1/√in), where a paper's code leaves it at
/// that.
inline void draw_uniform_bias(const Build& build, Linear& layer) {
  const at::NoGradGuard constant;
  layer.bias.copy_(
      uniform_init(build, "bias", {layer.weight.size(1)}, 1 / std::sqrt(static_cast<double>(layer.weight.size(2)))));
}

}  // namespace madsearch
