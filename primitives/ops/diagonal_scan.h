#pragma once
#include <ATen/core/Tensor.h>

#include "primitives/ops/carried.h"

namespace madsearch {

// Linear recurrences of complex numbers, with gradients; time and memory linear in T. A complex tensor is a real one
// with an axis of two before its channels: the real parts, then the imaginary ones.

/// The recurrence of kernels/diagonal_scan.h, h_t = λ h_{t-1} + u_t, from `state` [R, B, 2, C], zeros if undefined.
/// lambda [R, 2, C] for all tokens or [R, B, T, 2, C]; u [R, B, T, 2, C] -> every h [R, B, T, 2, C], of which the last
/// is the state to go on with.
at::Tensor diagonal_scan(const at::Tensor& lambda, const at::Tensor& u, const at::Tensor& state = {});

/// The filter of kernels/diagonal_filter.h, y_t = Re Σ_n w_n h_{t,n} with h_t = λ h_{t-1} + u_t, from a state of zeros.
/// lambda, w [R, 2, N, C]; u [R, B, T, C] -> y [R, B, T, C].
at::Tensor diagonal_filter(const at::Tensor& lambda, const at::Tensor& w, const at::Tensor& u);
/// The same from `state` [R, B, 2, N, C], zeros if undefined, to the state after the last token.
Carried diagonal_filter_from(const at::Tensor& state, const at::Tensor& lambda, const at::Tensor& w,
                             const at::Tensor& u);

}  // namespace madsearch
