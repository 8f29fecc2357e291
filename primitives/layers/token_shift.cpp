#include "primitives/layers/token_shift.h"

#include <ATen/ATen.h>

#include "primitives/ops/per_channel.h"

namespace madsearch {

at::Tensor previous_token(const at::Tensor& x) { return at::constant_pad_nd(x, {0, 0, 1, -1}); }

at::Tensor change_to_previous(const at::Tensor& x) { return previous_token(x) - x; }

at::Tensor token_shifted(const at::Tensor& x, const at::Tensor& change, const at::Tensor& mu) {
  return at::addcmul(x, change, per_channel(mu, x));
}

at::Tensor initial_shares(std::int64_t width, double power) {
  return 1 - at::pow(at::arange(width, at::kDouble) / static_cast<double>(width), power);
}

}  // namespace madsearch
