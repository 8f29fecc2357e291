#pragma once
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "primitives/layers/layers.h"

namespace madsearch {

/// N(0, deviation²) for the weight of a layer that was made with `build`, as transformers' models begin.
inline void draw_normal_weight(const Build& build, Linear& layer, double deviation = 0.02) {
  const at::NoGradGuard constant;
  layer.weight.copy_(normal_init(build, "weight", layer.weight.sizes().slice(1), deviation));
}

}  // namespace madsearch
