#pragma once
#include <cstdint>

#include "primitives/kernels/bfloat16.h"

namespace madsearch::kernels {

// Norm, gate and short convolution on a GPU in one pass each, where LibTorch takes five to ten. X is float, double, or
// BFloat16, which is computed in float. Rows of an input are `row` numbers apart, so that parts of a projection need no
// copy; outputs are contiguous. S is double where X is, else float.

/// x [R rows, D] and w [R, D].
template <class X, class S>
struct NormRows {
  const X* x;
  const S* w;
  std::int64_t R, rows, D, row;  // rows of a replica
};

/// The most numbers of a row.
inline constexpr std::int64_t kMostNormed = 1024;
/// Blocks that share out the rows of a replica: backward writes a gradient of w for each.
std::int64_t norm_blocks(std::int64_t rows);
/// y [R rows, D]
template <class X, class S>
void rms_norm_cuda(const NormRows<X, S>& in, S eps, S* y, void* stream);
/// dx like x; dw [norm_blocks, R, D].
template <class X, class S>
void rms_norm_backward_cuda(const NormRows<X, S>& in, S eps, const S* dy, X* dx, S* dw, void* stream);

/// a and b [rows, D].
template <class X>
struct GateRows {
  const X *a, *b;
  std::int64_t rows, D, a_row, b_row;
};

/// y = silu(a) b, [rows, D]
template <class X>
void silu_gate_cuda(const GateRows<X>& in, X* y, void* stream);
template <class X>
void silu_gate_backward_cuda(const GateRows<X>& in, const X* dy, X* da, X* db, void* stream);

/// x [M, T, C]; w [R, taps, C] the current token first, bias [R, C] or nullptr.
template <class X, class S>
struct ConvolutionRows {
  const X* x;
  const S *w, *bias;
  std::int64_t R, M, T, C, taps, row;
};

/// The most taps.
inline constexpr std::int64_t kMostTaps = 8;
/// Runs of tokens that share out a replica's: backward writes gradients of w and bias for each.
std::int64_t convolution_runs(std::int64_t sequences, std::int64_t T);
/// y [M, T, C]
template <class X, class S>
void short_conv_cuda(const ConvolutionRows<X, S>& in, S* y, void* stream);
/// dx like x; dw [runs, R, taps, C]; dbias [runs, R, C] or nullptr.
template <class X, class S>
void short_conv_backward_cuda(const ConvolutionRows<X, S>& in, const S* dy, X* dx, S* dw, S* dbias, void* stream);

}  // namespace madsearch::kernels
