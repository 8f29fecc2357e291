#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace madsearch {

/// A number a channel beside x: numbers [R, C], seen as [R, 1, ..., C] so that it broadcasts over x [R, ..., C].
inline at::Tensor per_channel(const at::Tensor& numbers, const at::Tensor& x) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(x.dim()), 1);
  sizes.front() = numbers.size(0);
  sizes.back() = numbers.size(1);
  return numbers.view(sizes);
}

}  // namespace madsearch
