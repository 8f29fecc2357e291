#pragma once
#include "primitives/kernels/host_device.h"

namespace madsearch::kernels {

/// Complex numbers that decay and turn, each on its own; one sequence, channels c0 ≤ c < c1 of C.
///
///   h_t[c] = λ_t[c] h_{t-1}[c] + u_t[c]
///
/// u, h [T, 2, C]: the real parts of a token, then the imaginary ones, so that the inner loop runs over neighbouring
/// channels. λ [2, C] alike; that of the next token lies `row` numbers further: 0 for one λ, 2 C for one a token. state
/// [2, C], before the first token, is advanced to that after the last. Source: Smith et al. 2022, arXiv:2208.04933,
/// section 3 (one λ); λ inside the unit circle is the caller's duty.
template <class S>
MADSEARCH_HD void diagonal_scan(const S* lambda, std::int64_t row, const S* u, S* h, S* state, std::int64_t T,
                                std::int64_t C, std::int64_t c0, std::int64_t c1) {
  S *xr = state, *xi = state + C;
  for (std::int64_t t = 0; t < T; ++t) {
    const S *lr = lambda + t * row, *li = lr + C, *ur = u + 2 * t * C, *ui = ur + C;
    S *hr = h + 2 * t * C, *hi = hr + C;
#pragma GCC ivdep
    for (std::int64_t c = c0; c < c1; ++c) {
      const S re = lr[c] * xr[c] - li[c] * xi[c] + ur[c], im = lr[c] * xi[c] + li[c] * xr[c] + ui[c];
      xr[c] = hr[c] = re;
      xi[c] = hi[c] = im;
    }
  }
}

/// Gradients of diagonal_scan from its result h and the state before the first token, `before` [2, C]; the gradient of
/// a complex number is that by its real part + i that by its imaginary part. dstate [2, C] is the gradient of the state
/// after the last token (beyond dh) and becomes that of the one before the first. du [T, 2, C] is written, dlambda
/// (rows as λ's) added to.
template <class S>
MADSEARCH_HD void diagonal_scan_backward(const S* lambda, std::int64_t row, const S* h, const S* before, const S* dh,
                                         S* dstate, S* du, S* dlambda, std::int64_t T, std::int64_t C, std::int64_t c0,
                                         std::int64_t c1) {
  S *gr = dstate, *gi = dstate + C;
  for (std::int64_t t = T - 1; t >= 0; --t) {
    const S *lr = lambda + t * row, *li = lr + C, *dr = dh + 2 * t * C, *di = dr + C;
    const S *br = t > 0 ? h + 2 * (t - 1) * C : before, *bi = br + C;
    S *dur = du + 2 * t * C, *dui = dur + C, *dlr = dlambda + t * row, *dli = dlr + C;
#pragma GCC ivdep
    for (std::int64_t c = c0; c < c1; ++c) {
      const S pr = gr[c] + dr[c], pi = gi[c] + di[c];  // of h_t
      dur[c] = pr;
      dui[c] = pi;
      dlr[c] += pr * br[c] + pi * bi[c];  // p conj(h_{t-1})
      dli[c] += pi * br[c] - pr * bi[c];
      gr[c] = lr[c] * pr + li[c] * pi;  // conj(λ) p
      gi[c] = lr[c] * pi - li[c] * pr;
    }
  }
}

}  // namespace madsearch::kernels
