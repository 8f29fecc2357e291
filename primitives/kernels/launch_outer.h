#pragma once
#include <cstdint>

namespace madsearch::kernels {

// A recurrence over outer products on a GPU, which both gated recurrences and delta rules are: N sequences of T tokens
// and H heads, a matrix S [K, V] a head. A token takes `steps` steps,
//
//   S = diag(w) S + aᵀ u + kᵀ v        u = b S, and without k  u = b S - v
//   o_t = q_t S                        after the last of them
//   o_t = q_t (S + diag(bonus) kᵀ v)   before the step, where there is a bonus
//
// w in a token's first step only. Pointers are on one CUDA device; what may be nullptr is left out.
template <class S>
struct OuterScan {
  const S* q;          // [N, T, H, K]
  const S *a, *b, *k;  // [N, T steps, H, K]; a and b nullptr: no delta rule; k may be nullptr with them
  const S* v;          // [N, T steps, H, V]
  const S* w;          // [N, T, H, decays], or nullptr: ones
  const S* bonus;      // [N, H, K], or nullptr; with one there is one step and no delta rule
  std::int64_t N, T, H, K, V, steps, decays;  // decays: K, or 1 for all key channels
};

/// Gradients of the inputs of the same names and shapes, all written. `log_w` [N, T, H, K] is that of log w of each key
/// channel. nullptr where the input is.
template <class S>
struct OuterGradients {
  S *q, *a, *b, *k, *v, *log_w, *bonus;
};

/// The most key or value channels of a head.
inline constexpr std::int64_t kMostOuterChannels = 1024;

/// States are [N, H, K, V]; `initial` and `last` may be nullptr: zeros, and not wanted. `change` [like v] keeps u for
/// backward, or nullptr.
template <class S>
void outer_scan_cuda(const OuterScan<S>& in, const S* initial, S* o, S* change, S* last, void* stream);

/// `d_last` is the gradient of the last state, `d_initial` becomes that of the first; either may be nullptr. Scratch:
/// `du` like v (nullptr without a delta rule), `inner` [N, H, K]. No state is kept and nothing is added atomically: the
/// same numbers each time.
template <class S>
void outer_scan_backward_cuda(const OuterScan<S>& in, const S* initial, const S* change, const S* d_o, const S* d_last,
                              const OuterGradients<S>& d, S* du, S* inner, S* d_initial, void* stream);

}  // namespace madsearch::kernels
