#pragma once
#include <cstdint>

namespace madsearch::kernels {

// Launchers over `M` sequences; A is shared by `M / R` sequences in a row. Pointers are on the CPU, or all on one CUDA device.
template <class S>
struct SelectiveScan {
  const S *u, *delta, *A, *B, *C;                             // [M, T, I] [M, T, I] [R, N, I] [M, T, N] [M, T, N]
  std::int64_t R, M, T, I, N;
};

template <class S>
struct GatedRecurrence {
  const S *q, *k, *a, *v;                                     // [M, T, K] [M, T, K] [M, T, K] or nullptr, [M, T, V]
  std::int64_t M, T, K, V;
};

template <class S>
void selective_scan_cpu(const SelectiveScan<S>& in, S* y);
template <class S>
void selective_scan_backward_cpu(const SelectiveScan<S>& in, const S* dy, S* du, S* ddelta, S* dA, S* dB, S* dC);
template <class S>
void gated_recurrence_cpu(const GatedRecurrence<S>& in, S* o);
template <class S>
void gated_recurrence_backward_cpu(const GatedRecurrence<S>& in, const S* d_o, S* dq, S* dk, S* da, S* dv);

// Loops for small models on a CPU (token_kernels.h, causal_attention.h). Elsewhere LibTorch's own operations are used.
template <class S>
struct Rows {
  const S *x, *w;                                             // [rows, D], [R, D]; `rows / R` rows in a row share w
  std::int64_t R, rows, D;
};

template <class S>
struct ShortConvolution {
  const S *x, *w, *bias;                                      // [M, T, C], [R, taps, C] the current token first, [R, C] or nullptr
  std::int64_t R, M, T, C, taps;
};

/// M sequences; rows of q are `q_row` numbers apart and hold H heads of d, those of k and v `k_row` apart with G heads of d and U heads of
/// e; H / G query heads share a key head and H / U a value head. `turns` [T, 2, turned/2]: cosines and sines of the rotary angles of each
/// head's first `turned` channels, or nullptr. `fade` [M, T, H]: c of a score's bias c_t - c_s, or nullptr. A token sees the last `window`
/// tokens, itself included, and the first `sinks`.
template <class S>
struct CausalAttention {
  const S *q, *k, *v, *turns, *fade;
  std::int64_t q_row, k_row, M, T, H, G, U, d, e, turned, window, sinks;
};

template <class S>
void rms_norm_cpu(const Rows<S>& in, S eps, S* y, S* r);      // r [rows] for backward
template <class S>
void rms_norm_backward_cpu(const Rows<S>& in, const S* r, const S* dy, S* dx, S* dw);
template <class S>
void silu_gate_cpu(const S* a, const S* b, S* y, std::int64_t n);
template <class S>
void silu_gate_backward_cpu(const S* a, const S* b, const S* dy, S* da, S* db, std::int64_t n);
template <class S>
void short_conv_cpu(const ShortConvolution<S>& in, S* y);
template <class S>
void short_conv_backward_cpu(const ShortConvolution<S>& in, const S* dy, S* dx, S* dw, S* dbias);
template <class S>
void causal_attention_cpu(const CausalAttention<S>& in, S* y, S* lse);
template <class S>
void causal_attention_backward_cpu(const CausalAttention<S>& in, const S* y, const S* lse, const S* dy, S* dq, S* dk, S* dv,
                                   S* dfade);

#if defined(MADSEARCH_CUDA)
// The recurrences on a CUDA stream. Scratch: h [M, N, I] or [M, K, V], zeroed; states one longer than T, see the kernels.
template <class S>
void selective_scan_cuda(const SelectiveScan<S>& in, S* y, S* h, void* stream);
template <class S>
void selective_scan_backward_cuda(const SelectiveScan<S>& in, const S* dy, S* du, S* ddelta, S* dA, S* dB, S* dC, S* h, S* states, S* y,
                                  S* dh, void* stream);
template <class S>
void gated_recurrence_cuda(const GatedRecurrence<S>& in, S* o, S* h, void* stream);
template <class S>
void gated_recurrence_backward_cuda(const GatedRecurrence<S>& in, const S* d_o, S* dq, S* dk, S* da, S* dv, S* h, S* states, S* o, S* dh,
                                    void* stream);
#endif

}  // namespace madsearch::kernels
