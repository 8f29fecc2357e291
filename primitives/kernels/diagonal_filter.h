#pragma once
#include "primitives/kernels/host_device.h"

namespace madsearch::kernels {

/// A filter that is a sum of N damped oscillations a channel, run as a recurrence with its read-out fused, so that no
/// state is kept but the last; one sequence, channels c0 ≤ c < c1 of C.
///
///   h_t[n, c] = λ[n, c] h_{t-1}[n, c] + u_t[c]    y_t[c] = Re Σ_n w[n, c] h_t[n, c]    h, λ, w complex; u, y real
///
/// u, y [T, C]; λ, w, h [2, N, C]: real parts, then imaginary ones, channels innermost. h, the state before the first
/// token, is advanced to that after the last. Equals the convolution with K_t = Re Σ_n w_n λ_n^t. Source: Gu et al.
/// 2022, arXiv:2206.11893, section 3.
template <class S>
MADSEARCH_HD void diagonal_filter(const S* lambda, const S* w, const S* u, S* y, S* h, std::int64_t T, std::int64_t N,
                                  std::int64_t C, std::int64_t c0, std::int64_t c1) {
  for (std::int64_t t = 0; t < T; ++t) {
    const S* ut = u + t * C;
    S* yt = y + t * C;
    for (std::int64_t c = c0; c < c1; ++c) yt[c] = 0;
    for (std::int64_t n = 0; n < N; ++n) {
      const S *lr = lambda + n * C, *li = lr + N * C, *wr = w + n * C, *wi = wr + N * C;
      S *hr = h + n * C, *hi = hr + N * C;
#pragma GCC ivdep
      for (std::int64_t c = c0; c < c1; ++c) {
        const S re = lr[c] * hr[c] - li[c] * hi[c] + ut[c], im = lr[c] * hi[c] + li[c] * hr[c];
        hr[c] = re;
        hi[c] = im;
        yt[c] += wr[c] * re - wi[c] * im;
      }
    }
  }
}

/// Gradients of diagonal_filter without any kept state, as λ and w serve all tokens: those of λ and w are summed
/// forwards, beside the states' own derivatives s = ∂h/∂λ; that of u is the same filter run backwards. The gradient of
/// a complex number is that by its real part + i that by its imaginary part. h [2, N, C] is the state before the first
/// token and is advanced; s and sum [2, N, C] are scratch of zeros; dh [2, N, C] is the gradient of the state after the
/// last token and becomes that of the one before the first. du [T, C] is written, dlambda and dw [2, N, C] added to.
///
///   s_t = λ s_{t-1} + h_{t-1}    conj(∂w) = Σ_t dy_t h_t    conj(∂λ) = w Σ_t dy_t s_t + conj(dh) s_T
template <class S>
MADSEARCH_HD void diagonal_filter_backward(const S* lambda, const S* w, const S* u, const S* dy, S* h, S* s, S* sum,
                                           S* dh, S* du, S* dlambda, S* dw, std::int64_t T, std::int64_t N,
                                           std::int64_t C, std::int64_t c0, std::int64_t c1) {
  for (std::int64_t t = 0; t < T; ++t) {
    const S *ut = u + t * C, *gt = dy + t * C;
    for (std::int64_t n = 0; n < N; ++n) {
      const S *lr = lambda + n * C, *li = lr + N * C;
      S *hr = h + n * C, *hi = hr + N * C, *sr = s + n * C, *si = sr + N * C;
      S *ar = sum + n * C, *ai = ar + N * C, *dwr = dw + n * C, *dwi = dwr + N * C;
#pragma GCC ivdep
      for (std::int64_t c = c0; c < c1; ++c) {
        const S tr = lr[c] * sr[c] - li[c] * si[c] + hr[c], ti = lr[c] * si[c] + li[c] * sr[c] + hi[c];
        const S re = lr[c] * hr[c] - li[c] * hi[c] + ut[c], im = lr[c] * hi[c] + li[c] * hr[c];
        sr[c] = tr;
        si[c] = ti;
        hr[c] = re;
        hi[c] = im;
        ar[c] += gt[c] * tr;
        ai[c] += gt[c] * ti;
        dwr[c] += gt[c] * re;
        dwi[c] -= gt[c] * im;
      }
    }
  }
  for (std::int64_t n = 0; n < N; ++n) {
    const S *wr = w + n * C, *wi = wr + N * C, *sr = s + n * C, *si = sr + N * C, *ar = sum + n * C, *ai = ar + N * C;
    const S *gr = dh + n * C, *gi = gr + N * C;
    S *dlr = dlambda + n * C, *dli = dlr + N * C;
    for (std::int64_t c = c0; c < c1; ++c) {
      dlr[c] += wr[c] * ar[c] - wi[c] * ai[c] + gr[c] * sr[c] + gi[c] * si[c];
      dli[c] -= wr[c] * ai[c] + wi[c] * ar[c] + gr[c] * si[c] - gi[c] * sr[c];
    }
  }
  for (std::int64_t t = T - 1; t >= 0; --t) {
    const S* gt = dy + t * C;
    S* dut = du + t * C;
    for (std::int64_t c = c0; c < c1; ++c) dut[c] = 0;
    for (std::int64_t n = 0; n < N; ++n) {
      const S *lr = lambda + n * C, *li = lr + N * C, *wr = w + n * C, *wi = wr + N * C;
      S *gr = dh + n * C, *gi = gr + N * C;
#pragma GCC ivdep
      for (std::int64_t c = c0; c < c1; ++c) {
        const S re = gr[c] + wr[c] * gt[c], im = gi[c] - wi[c] * gt[c];  // of h_t
        dut[c] += re;
        gr[c] = lr[c] * re + li[c] * im;  // conj(λ) times it
        gi[c] = lr[c] * im - li[c] * re;
      }
    }
  }
}

}  // namespace madsearch::kernels
