#pragma once
#include <ATen/autocast_mode.h>
#include <ATen/core/Tensor.h>

namespace madsearch {

/// The type that a matrix product of `x` is computed in: autocast's where that is on, else its own.
inline at::ScalarType product_type(const at::Tensor& x) {
  const auto device = x.device().type();
  return at::autocast::is_autocast_enabled(device) ? at::autocast::get_autocast_dtype(device) : x.scalar_type();
}

}  // namespace madsearch
