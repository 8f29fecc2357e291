#include "primitives/ops/softmax_attention.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "primitives/ops/faded_attention.h"
#include "primitives/ops/fused_attention.h"
#include "primitives/ops/rotary.h"

namespace madsearch {
namespace {

/// One key or value head for each of `heads` query heads.
at::Tensor grouped(const at::Tensor& u, std::int64_t heads) {
  return u.size(2) == heads ? u : u.repeat_interleave(heads / u.size(2), 2);
}

/// Attention by LibTorch, whose kernels want keys and values of one size: zeros are appended to the shorter.
at::Tensor attention_of_equal_sizes(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                    const std::optional<at::Tensor>& mask) {
  const auto d = q.size(-1);
  const auto e = v.size(-1);
  const auto n = std::max(d, e);
  const auto filled = [&](const at::Tensor& u) {
    return u.size(-1) == n ? u : at::constant_pad_nd(u, {0, n - u.size(-1)});
  };
  const auto y = at::scaled_dot_product_attention(filled(q), filled(k), filled(v), mask, 0.0, /*is_causal=*/!mask,
                                                  1 / std::sqrt(static_cast<double>(d)));
  return e == n ? y : y.slice(-1, 0, e);
}

/// Blocks of w tokens, w the window: each reads the sinks, the block before it and itself.
/// q, k, v [N, T, ..] -> [N, T, e].
at::Tensor in_blocks(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionHeads& heads) {
  const auto N = q.size(0), T = q.size(1), w = heads.window, blocks = (T + w - 1) / w, sinks = heads.sinks;
  const auto read = [&](const at::Tensor& u) {  // [N, blocks, sinks + 2 w, ..]
    const auto padded = at::constant_pad_nd(u, {0, 0, w, blocks * w - T});
    const auto block = [&](std::int64_t first) {
      return padded.slice(1, first, first + blocks * w).reshape({N, blocks, w, u.size(2)});
    };
    return at::cat({u.slice(1, 0, sinks).unsqueeze(1).expand({N, blocks, sinks, u.size(2)}), block(0), block(w)}, 2);
  };
  const auto count = q.options().dtype(at::kLong);
  const auto start = at::arange(0, blocks * w, w, count).view({blocks, 1, 1});
  const auto t = start + at::arange(w, count).unsqueeze(1);
  const auto s = start - w + at::arange(2 * w, count);  // [blocks, 1, 2 w]; before the first token it is negative
  const auto lag = t - s;
  const auto windowed = (s >= 0).logical_and(lag >= 0).logical_and(lag < w);
  const auto sunk = at::arange(sinks, count) <= t - w;  // sinks that lie before the window
  const auto queries = at::constant_pad_nd(q, {0, 0, 0, blocks * w - T}).reshape({N, blocks, w, q.size(2)});
  const auto y = attention_of_equal_sizes(queries, read(k), read(v), at::cat({sunk, windowed}, 2).unsqueeze(0));
  return y.reshape({N, blocks * w, v.size(2)}).slice(1, 0, T);
}

}  // namespace

at::Tensor SoftmaxAttention::operator()(const at::Tensor& queries, const at::Tensor& keys_values,
                                        const at::Tensor& fade) {
  const auto T = queries.size(2);
  if (heads_.rotated > 0 && (!turns_.defined() || turns_.size(0) != T || turns_.scalar_type() != queries.scalar_type()))
    turns_ = rotary_turns(T, heads_.rotated, queries.options());
  if (fuses_attention(queries, fade, heads_)) return fused_attention(queries, keys_values, turns_, fade, heads_);
  return libtorch_attention(queries, keys_values, turns_, fade, heads_);
}

at::Tensor libtorch_attention(const at::Tensor& queries, const at::Tensor& keys_values, const at::Tensor& turns,
                              const at::Tensor& fade, const AttentionHeads& heads) {
  const auto R = queries.size(0), B = queries.size(1), T = queries.size(2), H = heads.queries, e = heads.value_size;
  const auto values_at = keys_values.size(3) - heads.value_numbers();
  const auto of_all = [&](const at::Tensor& u) { return grouped(u, H).flatten(0, 1); };  // [R B, H, T, ..]
  const auto placed = [&](const at::Tensor& u) { return turned_pairs(u, heads.rotated, turns); };
  const auto q = of_all(placed(split_heads(queries, 0, H, heads.size)));
  const auto k = of_all(placed(split_heads(keys_values, values_at - heads.key_numbers(), heads.keys, heads.size)));
  const auto v = of_all(split_heads(keys_values, values_at, heads.values, e));
  at::Tensor y;  // [R B, H, T, e]
  if (fade.defined()) {
    y = faded_attention(q, k, v, fade.transpose(2, 3).flatten(0, 1), heads);
  } else if (heads.window >= T) {
    y = attention_of_equal_sizes(q, k, v, {});
  } else if (T <= 4 * heads.seen(T)) {
    y = attention_of_equal_sizes(q, k, v, visible(0, T, heads, q.options()));
  } else {
    y = in_blocks(q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1), heads);
  }
  return y.view({R, B, H, T, e}).transpose(2, 3).reshape({R, B, T, H * e});
}

at::Tensor split_heads(const at::Tensor& rows, std::int64_t begin, std::int64_t heads, std::int64_t size) {
  return rows.slice(3, begin, begin + heads * size).unflatten(3, {heads, size}).transpose(2, 3);
}

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t size,
                  const at::Tensor& bias) {
  const auto root = std::sqrt(static_cast<double>(size));
  auto scores = at::matmul(q, grouped(k, q.size(2)).transpose(-1, -2)) / root;  // [R, B, H, 1, L]
  if (bias.defined()) scores = scores + bias.unsqueeze(-2);
  return at::matmul(at::softmax(scores, -1), grouped(v, q.size(2))).flatten(2);
}

}  // namespace madsearch
