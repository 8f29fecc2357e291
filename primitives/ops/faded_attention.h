#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "primitives/ops/attention_heads.h"

namespace madsearch {

/// Softmax attention whose scores fade, y_t = Σ_s softmax_s(q_t · k_s / √d + c_t - c_s) v_s over the tokens that
/// `heads` lets t see, with LibTorch's operations and no matrix of T x T: the weights of a block of queries are made,
/// used and dropped, and made again in backward. q, k [N, H, T, d], v [N, H, T, e], c [N, H, T] -> [N, H, T, e]. Under
/// autocast products are of its type, weights are float32.
///
/// `most`: weights at once, of 128 queries of one sequence at least.
at::Tensor faded_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& c,
                           const AttentionHeads& heads, std::int64_t most = std::int64_t{1} << 25);

/// Which of tokens s < `last` (across) each of the tokens first <= t < last (down) sees.
at::Tensor visible(std::int64_t first, std::int64_t last, const AttentionHeads& heads,
                   const at::TensorOptions& options);

}  // namespace madsearch
