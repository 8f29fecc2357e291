#pragma once
#include <ATen/core/Tensor.h>

namespace madsearch {

/// What a recurrence gives: its outputs, and its state after the last token.
struct Carried {
  at::Tensor output, state;
};

/// The selective scan of kernels/selective_scan.h with gradients. u, delta [R, B, T, I]; A [R, N, I]; b, c [R, B, T, N]
/// -> y [R, B, T, I].
at::Tensor selective_scan(const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A, const at::Tensor& b,
                          const at::Tensor& c);
/// The same from `state` [R, B, N, I], zeros if undefined, to the state after the last token.
Carried selective_scan_from(const at::Tensor& state, const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A,
                            const at::Tensor& b, const at::Tensor& c);

/// The recurrence of kernels/gated_recurrence.h with gradients, from a state of zeros. q, k [..., T, K]; v [..., T, V];
/// the leading axes equal -> o [..., T, V]. log_decay ≤ 0 is [..., T, K], [..., T, 1] (one for all key channels) or
/// undefined (none). A `bonus` of a shape that expands to [..., K] makes o_t read the state before the token's update,
/// and the update itself through the bonus. Time and memory linear in T.
at::Tensor gated_recurrence(const at::Tensor& q, const at::Tensor& k, const at::Tensor& log_decay, const at::Tensor& v,
                            const at::Tensor& bonus = {});
/// The same from `state` [..., K, V], zeros if undefined, to the state after the last token.
Carried gated_recurrence_from(const at::Tensor& state, const at::Tensor& q, const at::Tensor& k,
                              const at::Tensor& log_decay, const at::Tensor& v, const at::Tensor& bonus = {});

}  // namespace madsearch
