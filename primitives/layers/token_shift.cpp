#include "primitives/layers/token_shift.h"

#include <ATen/ATen.h>

#include "primitives/layers/layers.h"

namespace madsearch {

at::Tensor for_every_token(const at::Tensor& numbers, const at::Tensor& x) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(x.dim()), 1);
  sizes.front() = numbers.size(0);
  sizes.back() = numbers.size(1);
  return numbers.view(sizes);
}

at::Tensor back_by_one(const at::Tensor& x) { return a_token_later(x) - x; }

at::Tensor shifted(const at::Tensor& x, const at::Tensor& back, const at::Tensor& mu) {
  return at::addcmul(x, back, for_every_token(mu, x));
}

at::Tensor initial_shares(std::int64_t width, double power) {
  return 1 - at::pow(at::arange(width, at::kDouble) / static_cast<double>(width), power);
}

}  // namespace madsearch
