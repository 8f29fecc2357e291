#include "primitives/ops/rotary.h"

#include <ATen/ATen.h>

namespace madsearch {

at::Tensor rotary_turns(std::int64_t T, std::int64_t n, const at::TensorOptions& options, std::int64_t offset) {
  const auto half = n / 2;
  const auto j = at::arange(half, options.dtype(at::kDouble));
  const auto t = at::arange(offset, offset + T, options.dtype(at::kDouble));
  const auto angle = t.unsqueeze(1) * at::pow(10000.0, -j / static_cast<double>(half));  // [T, n/2]
  return at::stack({at::cos(angle), at::sin(angle)}, 1).to(options.dtype());
}

at::Tensor turned_pairs(const at::Tensor& x, const at::Tensor& turns) {
  const auto half = x.size(-1) / 2;
  const auto cosine = turns.select(1, 0);
  const auto sine = turns.select(1, 1);
  const auto a = x.slice(-1, 0, half);
  const auto b = x.slice(-1, half, 2 * half);
  return at::cat({a * cosine - b * sine, a * sine + b * cosine}, -1);
}

at::Tensor turned_pairs(const at::Tensor& x, std::int64_t rotated, const at::Tensor& turns) {
  if (rotated == 0) return x;
  if (rotated == x.size(-1)) return turned_pairs(x, turns);
  return at::cat({turned_pairs(x.slice(-1, 0, rotated), turns), x.slice(-1, rotated)}, -1);
}

at::Tensor rotary(const at::Tensor& x, std::int64_t offset) {
  return turned_pairs(x, rotary_turns(x.size(-2), x.size(-1), x.options(), offset));
}

at::Tensor partly_rotated(const at::Tensor& x, std::int64_t rotated, std::int64_t offset) {
  if (rotated == 0) return x;
  return turned_pairs(x, rotated, rotary_turns(x.size(-2), rotated, x.options(), offset));
}

}  // namespace madsearch
