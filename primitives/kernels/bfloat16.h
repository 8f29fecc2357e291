#pragma once
#include <cstdint>

#include "primitives/kernels/host_device.h"

namespace madsearch::kernels {

/// A bfloat16 as it lies in memory: the upper half of a float.
struct BFloat16 {
  std::uint16_t bits;
};

template <class S>
MADSEARCH_HD inline S wide(S x) {
  return x;
}

MADSEARCH_HD inline float wide(BFloat16 x) {
  union {
    std::uint32_t bits;
    float number;
  } out{static_cast<std::uint32_t>(x.bits) << 16};
  return out.number;
}

/// x as an X; to bfloat16 rounded to nearest, ties to even. NaN stays NaN.
template <class X, class S>
struct Narrow {
  MADSEARCH_HD static X of(S x) { return static_cast<X>(x); }
};

template <>
struct Narrow<BFloat16, float> {
  MADSEARCH_HD static BFloat16 of(float x) {
    union {
      float number;
      std::uint32_t bits;
    } in{x};
    if (x != x) return {0x7fc0};
    return {static_cast<std::uint16_t>((in.bits + 0x7fff + ((in.bits >> 16) & 1)) >> 16)};
  }
};

}  // namespace madsearch::kernels
