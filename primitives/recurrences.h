#pragma once
#include <ATen/core/Tensor.h>

#include <utility>

namespace madsearch {

/// The selective scan of kernels/selective_scan.h with gradients. u, delta [R, B, T, I]; A [R, N, I]; b, c [R, B, T, N] -> y [R, B, T, I].
at::Tensor selective_scan(const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A, const at::Tensor& b, const at::Tensor& c);

/// The recurrence of kernels/gated_recurrence.h with gradients, from a state of zeros. q, k, log_decay [..., T, K]; v [..., T, V], the
/// leading axes equal; log_decay may be undefined (no decay) -> o [..., T, V]. Time and memory linear in T.
at::Tensor gated_recurrence(const at::Tensor& q, const at::Tensor& k, const at::Tensor& log_decay, const at::Tensor& v);

}  // namespace madsearch
