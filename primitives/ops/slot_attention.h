#pragma once
#include <ATen/core/Tensor.h>

namespace madsearch {

/// Attention over m slots that fade, each at rates of its own. Leading axes equal; d channels of a key, V of a value.
struct SlotInputs {
  at::Tensor q, k;                // [..., T, d]
  at::Tensor v;                   // [..., T, V]
  at::Tensor written, log_decay;  // [..., T, m]: what a slot takes of the token, and log of what it keeps, at most 0
};

struct SlotOutputs {
  at::Tensor o;             // [..., T, V]
  at::Tensor keys, values;  // [..., d, m], [..., m, V]: the slots after the last token
};

/// keys_t = keys_{t-1} diag(exp log_decay_t) + k_tᵀ written_t, values_t = diag(exp log_decay_t) values_{t-1} +
/// written_tᵀ v_t, o_t = softmax(q_t keys_t) values_t, with gradients. From `keys` and `values`, zeros if undefined.
/// Time and memory linear in T. Source: Zhang et al. 2024, arXiv:2409.07146.
SlotOutputs slot_attention(const SlotInputs& in, const at::Tensor& keys = {}, const at::Tensor& values = {});

}  // namespace madsearch
