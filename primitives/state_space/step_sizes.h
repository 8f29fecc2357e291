#pragma once
#include <ATen/ATen.h>

#include <cmath>

#include "primitives/layers/initial_values.h"

namespace madsearch {

/// First step sizes of state spaces, log-uniform in [1e-3, 0.1]. [R, count]
inline at::Tensor log_uniform_steps(const Build& build, const std::string& name, std::int64_t count) {
  const auto u = (uniform_init(build, name, {count}, 1.0) + 1) / 2;
  return at::exp(u * (std::log(0.1) - std::log(1e-3)) + std::log(1e-3));
}

}  // namespace madsearch
