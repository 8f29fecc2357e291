#pragma once
#include "primitives/ops/carried.h"

namespace madsearch {

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
