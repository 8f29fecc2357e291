#pragma once
#include <cstdint>

namespace madsearch::kernels {

// Launchers of diagonal_scan.h and diagonal_filter.h over `M` sequences, of which `M / R` in a row share λ and w.
// Pointers are on the CPU, or all on one CUDA device. Complex tensors have an axis of two before their channels: real
// parts, then imaginary ones.
template <class S>
struct DiagonalScan {
  const S *lambda, *u;  // [R, 2, C], or [M, T, 2, C] if each token has its own; [M, T, 2, C]
  std::int64_t R, M, T, C;
  bool each_token;
};

template <class S>
struct DiagonalFilter {
  const S *lambda, *w, *u;  // [R, 2, N, C] [R, 2, N, C] [M, T, C]
  std::int64_t R, M, T, N, C;
};

// `state` [M, 2, C] or [M, 2, N, C] is advanced; `dstate` is the gradient after the last token and becomes that before
// the first. dlambda and dw, as λ and w, are added to.
template <class S>
void diagonal_scan_cpu(const DiagonalScan<S>& in, S* h, S* state);
template <class S>
void diagonal_scan_backward_cpu(const DiagonalScan<S>& in, const S* h, const S* before, const S* dh, S* dstate, S* du,
                                S* dlambda);
template <class S>
void diagonal_filter_cpu(const DiagonalFilter<S>& in, S* y, S* state);
template <class S>
void diagonal_filter_backward_cpu(const DiagonalFilter<S>& in, const S* dy, S* state, S* dstate, S* du, S* dlambda,
                                  S* dw);

// On a CUDA stream, gradients of λ and w for each sequence: dlambda [M, 2, C] or [M, T, 2, C], and [M, 2, N, C].
// Scratch of zeros: s, sum [M, 2, N, C].
template <class S>
void diagonal_scan_cuda(const DiagonalScan<S>& in, S* h, S* state, void* stream);
template <class S>
void diagonal_scan_backward_cuda(const DiagonalScan<S>& in, const S* h, const S* before, const S* dh, S* dstate, S* du,
                                 S* dlambda, void* stream);
template <class S>
void diagonal_filter_cuda(const DiagonalFilter<S>& in, S* y, S* state, void* stream);
template <class S>
void diagonal_filter_backward_cuda(const DiagonalFilter<S>& in, const S* dy, S* state, S* s, S* sum, S* dstate, S* du,
                                   S* dlambda, S* dw, void* stream);

}  // namespace madsearch::kernels
