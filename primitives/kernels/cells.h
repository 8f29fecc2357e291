#pragma once
#include "primitives/kernels/host_device.h"

// Cells of recurrent networks: what one token does once R h_{t-1} is known. A cell is a struct with
//
//   kGates     rows of D numbers in x_t and in rec = R h_{t-1} + bias
//   kKept      rows of D numbers a token that its backward needs
//   kCells     rows of D numbers that a sequence carries beside h
//   kSplit     whether x and rec enter in different ways, so that their gradients differ
//   forward    x, rec [kGates, D], before [kCells, D] -> kept [kKept, D], after [kCells, D]; h [D] is h_{t-1} and
//              becomes h_t
//   backward   dh [D] and dcells [kCells, D], the gradients by h_t and by `after`, become those by h_{t-1} (without the
//              share that comes through rec) and by `before`; d_rec and, of a cell that splits, dx [kGates, D] are
//              written
//
// for channels c0 ≤ c < c1 of D. launch_cells.h runs them over sequences.
namespace madsearch::kernels {

template <class S>
MADSEARCH_HD inline S logistic(S u) {
  return 1 / (1 + exponential(-u));
}

template <class S>
MADSEARCH_HD inline S hyperbolic_tangent(S u) {
  return 2 / (1 + exponential(-2 * u)) - 1;
}

/// log(1 + u) for u in [0, 1]. For float on the CPU 2 artanh(u / (2 + u)) as a series that compilers vectorise, to
/// 1e-7.
MADSEARCH_HD inline double log_one_plus(double u) { return std::log1p(u); }

MADSEARCH_HD inline float log_one_plus(float u) {
#if defined(__CUDA_ARCH__)
  return log1pf(u);
#else
  const float s = u / (2 + u), q = s * s;
  float p = 1.0f / 13;
  p = p * q + 1.0f / 11;
  p = p * q + 1.0f / 9;
  p = p * q + 1.0f / 7;
  p = p * q + 1.0f / 5;
  p = p * q + 1.0f / 3;
  return 2 * s * (1 + q * p);
#endif
}

}  // namespace madsearch::kernels
