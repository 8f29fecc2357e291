#pragma once
#include <ATen/core/Tensor.h>

#include <algorithm>
#include <limits>

namespace madsearch {

/// Heads of softmax attention, and which tokens a query may read.
struct AttentionHeads {
  static constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

  std::int64_t queries = 1, keys = 1, values = 1;  // how many: H, G and U, which divide H
  std::int64_t size = 1, value_size = 1;           // channels of a query or key, and of a value: d and e
  std::int64_t rotated = 0;                        // leading channels of queries and keys that are turned by position
  std::int64_t window = kAll, sinks = 0;           // the last tokens, itself included, and the first ones

  std::int64_t key_numbers() const { return keys * size; }  // of a token
  std::int64_t value_numbers() const { return values * value_size; }
  /// The most tokens that one of a sequence of T reads: as many keys and values must be carried.
  std::int64_t seen(std::int64_t T) const { return window >= T ? T : std::min(T, window + sinks); }
};

/// Causal softmax attention between its projections.
///
///   y_t = Σ_s softmax_s(q_t · k_s / √d + c_t - c_s) v_s     s ≤ t, of them the last `window` and the first `sinks`
///
/// By one pass on a CPU where tokens see few others (fused.h), else by LibTorch's scaled_dot_product_attention: a long
/// window in blocks, so that memory is linear in T.
class SoftmaxAttention {
 public:
  explicit SoftmaxAttention(const AttentionHeads& heads) : heads_(heads) {}
  /// [R, B, T, H e]. `queries` [R, B, T, >= H d] begins with the queries of all heads; `keys_values` [R, B, T, >= G d +
  /// U e] ends with the keys and then the values of all heads, and may be the same tensor. Neither is turned yet.
  /// `fade`: c [R, B, T, H], or undefined.
  at::Tensor operator()(const at::Tensor& queries, const at::Tensor& keys_values, const at::Tensor& fade = {});
  const AttentionHeads& heads() const { return heads_; }

 private:
  AttentionHeads heads_;
  at::Tensor turns_;  // rotary angles of the last length
};

/// The second way: by LibTorch, of which fused_attention is the first. `turns` [T, 2, rotated/2]: cosines and sines of
/// the rotary angles.
at::Tensor libtorch_attention(const at::Tensor& queries, const at::Tensor& keys_values, const at::Tensor& turns,
                              const at::Tensor& fade, const AttentionHeads& heads);

/// Channels `begin` on of rows [R, B, T, W] as `heads` heads of `size`: [R, B, heads, T, size].
at::Tensor split_heads(const at::Tensor& rows, std::int64_t begin, std::int64_t heads, std::int64_t size);

/// Turns the leading `rotated` channels of x [R, B, H, T, n], first token at `offset`.
at::Tensor partly_rotated(const at::Tensor& x, std::int64_t rotated, std::int64_t offset);

/// One token's read, Σ_s softmax_s(q · k_s / √size + bias_s) v_s: q [R, B, H, 1, d], k [R, B, G, L, d], v [R, B, U, L,
/// e], bias [R, B, H, L] or undefined -> [R, B, H e].
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t size,
                  const at::Tensor& bias = {});

}  // namespace madsearch
