#pragma once
#include "primitives/kernels/host_device.h"

namespace madsearch::kernels {

// Launchers over `M` sequences; A is shared by `M / R` sequences in a row. Pointers are on the CPU, or all on one CUDA
// device.
template <class S>
struct SelectiveScan {
  const S *u, *delta, *A, *B, *C;  // [M, T, I] [M, T, I] [R, N, I] [M, T, N] [M, T, N]
  std::int64_t R, M, T, I, N;
};

/// S is const for inputs; the same struct without const holds their gradients.
template <class S>
struct GatedRecurrence {
  S *q, *k, *w, *v, *u;             // [M, T, K] twice, [M, T, decays] or nullptr, [M, T, V], [M, K] or nullptr
  std::int64_t M, T, K, V, decays;  // decays of a token: K, 1 for all key channels, or 0

  GatedRecurrence sequence(std::int64_t m) const {
    return {q + m * T * K, k + m * T * K, w + m * T * decays, v + m * T * V, u ? u + m * K : nullptr, 1, T, K, V,
            decays};
  }
  auto decay(S* token, std::int64_t i) const { return decays == 0 ? 1 : token[decays == 1 ? 0 : i]; }
};

// States [M, N, I] or [M, K, V]: `h` before the first token is advanced to that after the last; the gradient `dh` of
// the latter becomes that of the former. nullptr: zeros that nobody wants back.
template <class S>
void selective_scan_cpu(const SelectiveScan<S>& in, S* y, S* h);
template <class S>
void selective_scan_backward_cpu(const SelectiveScan<S>& in, const S* h, const S* dy, S* dh, S* du, S* ddelta, S* dA,
                                 S* dB, S* dC);
template <class S>
void gated_recurrence_cpu(const GatedRecurrence<const S>& in, S* o, S* h);
template <class S>
void gated_recurrence_backward_cpu(const GatedRecurrence<const S>& in, const S* h, const S* d_o, S* dh,
                                   const GatedRecurrence<S>& d);

// Loops for small models on a CPU (token_kernels.h, causal_attention.h). Elsewhere LibTorch's own operations are used.
template <class S>
struct Rows {
  const S *x, *w;  // [rows, D], [R, D]; `rows / R` rows in a row share w
  std::int64_t R, rows, D;
};

template <class S>
struct ShortConvolution {
  const S *x, *w, *bias;  // [M, T, C], [R, taps, C] the current token first, [R, C] or nullptr
  std::int64_t R, M, T, C, taps;
};

/// M sequences; rows of q are `q_row` numbers apart and hold H heads of d, those of k and v `k_row` apart with G heads
/// of d and U heads of e; H / G query heads share a key head and H / U a value head. `turns` [T, 2, turned/2]: cosines
/// and sines of the rotary angles of each head's first `turned` channels, or nullptr. `fade` [M, T, H]: c of a score's
/// bias c_t - c_s, or nullptr. A token sees the last `window` tokens, itself included, and the first `sinks`.
template <class S>
struct CausalAttention {
  const S *q, *k, *v, *turns, *fade;
  std::int64_t q_row, k_row, M, T, H, G, U, d, e, turned, window, sinks;
};

template <class S>
void rms_norm_cpu(const Rows<S>& in, S eps, S* y, S* r);  // r [rows] for backward
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
void causal_attention_backward_cpu(const CausalAttention<S>& in, const S* y, const S* lse, const S* dy, S* dq, S* dk,
                                   S* dv, S* dfade);

// On a CUDA stream. States are [M, N, I]; `initial` and `last` may be nullptr: zeros, and not wanted.
template <class S>
void selective_scan_cuda(const SelectiveScan<S>& in, const S* initial, S* y, S* last, void* stream);

/// Gradients of the inputs of the same names and shapes, but A [M, N, I] of each sequence, and B and C [blocks, M, T,
/// N] of each block of channels; all written.
template <class S>
struct SelectiveGradients {
  S *u, *delta, *A, *B, *C;
};

/// Blocks of channels that share out I channels of N states, and chunks of T tokens before each of which the state is
/// kept. Throws std::invalid_argument for more than 256 states.
struct SelectiveParts {
  std::int64_t blocks, chunks;
};
SelectiveParts selective_parts(std::int64_t T, std::int64_t I, std::int64_t N);
/// `d_last` is the gradient of the last state, `d_initial` becomes that of the first; either may be nullptr. Scratch:
/// kept [M, chunks, N, I].
template <class S>
void selective_scan_backward_cuda(const SelectiveScan<S>& in, const S* initial, const S* dy, const S* d_last,
                                  const SelectiveGradients<S>& d, S* kept, S* d_initial, void* stream);

}  // namespace madsearch::kernels
