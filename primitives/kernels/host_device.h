#pragma once
#include <cmath>
#include <cstdint>

// One body serves CPU and CUDA; the launchers differ.
#if defined(__CUDACC__)
#define MADSEARCH_HD __host__ __device__
#else
#define MADSEARCH_HD
#endif

namespace madsearch::kernels {

/// e^x. For float on the CPU a polynomial that compilers vectorise (relative error below 2e-7 for x in [-87, 87],
/// clamped beyond).
MADSEARCH_HD inline double exponential(double x) { return std::exp(x); }

MADSEARCH_HD inline float exponential(float x) {
#if defined(__CUDA_ARCH__)
  return expf(x);
#else
  x = x < -87.0f ? -87.0f : x > 87.0f ? 87.0f : x;
  const float n = static_cast<float>(static_cast<std::int32_t>(x * 1.44269504f + (x < 0 ? -0.5f : 0.5f)));
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;  // ln 2 in two parts (Cody and Waite)
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  union {
    std::int32_t bits;
    float value;
  } power{(static_cast<std::int32_t>(n) + 127) << 23};
  return p * power.value;
#endif
}

}  // namespace madsearch::kernels
