#pragma once
#include <ATen/core/Tensor.h>

#include <utility>

namespace madsearch {

/// The inputs of a delta recurrence: n steps a token, each S = (diag(w) + aᵀ b) S + kᵀ v on a head's matrix S [K, V],
/// with w = exp(log_decay) in the first step of a token and 1 in the others; o_t = q_t S after the last.
///
///   DeltaNet         S = (I - β kᵀk) S + β kᵀv             a = -β k, b = k
///   Gated DeltaNet   S = α (I - β kᵀk) S + β kᵀv           a = -β k, b = α k, w = α
///   Comba            S = (α - β σ kᵀk) S + β kᵀv           a = -β k, b = σ k, w = α: recalls what has not decayed
///   KDA              S = (I - β kᵀk) diag(α) S + β kᵀv     a = -β k, b = α k, w = α; α for each key channel
///   Gated DeltaNet-2 S = (I - kᵀ(β * k)) diag(α) S + kᵀv   a = -k, b = α β k, w = α; α, β for each key channel
///   DeltaProduct     n products (I - β kᵀk) a token        as Gated DeltaNet; α in the first step only
///   RWKV-7           S = (diag(w) - (η κ)ᵀκ) S + k̃ᵀv       a = η κ, b = -κ, k = k̃
struct DeltaInputs {
  at::Tensor q;          // [..., T, H, K]
  at::Tensor a, b;       // [..., T n, H, K]
  at::Tensor k;          // [..., T n, H, K]; undefined: k = -a, the delta rule
  at::Tensor v;          // [..., T n, H, V]
  at::Tensor log_decay;  // [..., T, H, K or 1], at most 0, so that nothing overflows; undefined: 0
};

/// -> o [..., T, H, V] and the state after the last token [..., H, K, V], both with gradients. `state` is that before
/// the first token; undefined: zeros. Time and memory linear in T: backward recomputes the states of one head at a
/// time.
std::pair<at::Tensor, at::Tensor> delta_recurrence(const DeltaInputs& in, const at::Tensor& state = {});

/// The same on one token (T = 1) in plain tensor operations, for decoding; `state` is advanced.
at::Tensor delta_step(const DeltaInputs& in, at::Tensor& state);

}  // namespace madsearch
