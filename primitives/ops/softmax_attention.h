#pragma once
#include <ATen/core/Tensor.h>

#include "primitives/ops/attention_heads.h"

namespace madsearch {

/// Causal softmax attention between its projections.
///
///   y_t = Σ_s softmax_s(q_t · k_s / √d + c_t - c_s) v_s     s ≤ t: the last `window` tokens and the first `sinks`
///
/// Computed in one pass on a CPU where tokens see few others (fused_attention.h), else by LibTorch's
/// scaled_dot_product_attention. With a short window that one goes block by block, so that memory is linear in T; where
/// scores fade faded_attention.h does.
class SoftmaxAttention {
 public:
  explicit SoftmaxAttention(const AttentionHeads& heads) : heads_(heads) {}
  /// -> [R, B, T, H e]. `queries` [R, B, T, >= H d] begins with the queries of all heads; `keys_values`
  /// [R, B, T, >= G d + U e] ends with the keys and then the values of all heads, and may be the same tensor. Neither
  /// is turned by position yet: this does it. `fade`: c [R, B, T, H], or undefined.
  at::Tensor operator()(const at::Tensor& queries, const at::Tensor& keys_values, const at::Tensor& fade = {});
  const AttentionHeads& heads() const { return heads_; }

 private:
  AttentionHeads heads_;
  at::Tensor turns_;  // rotary angles of the last length
};

/// What SoftmaxAttention computes where it does not take fused_attention, with the same arguments and LibTorch's
/// operations.
at::Tensor libtorch_attention(const at::Tensor& queries, const at::Tensor& keys_values, const at::Tensor& turns,
                              const at::Tensor& fade, const AttentionHeads& heads);

/// Channels `begin` on of rows [R, B, T, W] as `heads` heads of `size`: [R, B, heads, T, size].
at::Tensor split_heads(const at::Tensor& rows, std::int64_t begin, std::int64_t heads, std::int64_t size);

/// One token's read, Σ_s softmax_s(q · k_s / √size + bias_s) v_s: q [R, B, H, 1, d], k [R, B, G, L, d], v [R, B, U, L,
/// e], bias [R, B, H, L] or undefined -> [R, B, H e].
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t size,
                  const at::Tensor& bias = {});

}  // namespace madsearch
