#pragma once
#include "primitives/kernels/host_device.h"

namespace madsearch::kernels {

/// A linear recurrence of every channel by itself; one sequence, channels c0 ≤ c < c1 of C.
///
///   h_t = a_t h_{t-1} + b_t                            a given as it is, or as its logarithm
///
/// a, b, h [T, C]; `before` [C] is the state before the first token, nullptr for zeros. The state after the last is
/// h_{T-1}. Source: Martin and Cundy 2018, arXiv:1709.04057, equation 5.
template <bool kLogarithm, class S>
MADSEARCH_HD void gated_scan(const S* a, const S* b, const S* before, S* h, std::int64_t T, std::int64_t C,
                             std::int64_t c0, std::int64_t c1) {
  const S* last = before;
  for (std::int64_t t = 0; t < T; ++t, a += C, b += C, h += C) {
    if (last) {
#pragma GCC ivdep
      for (std::int64_t c = c0; c < c1; ++c) h[c] = (kLogarithm ? exponential(a[c]) : a[c]) * last[c] + b[c];
    } else {
      for (std::int64_t c = c0; c < c1; ++c) h[c] = b[c];
    }
    last = h;
  }
}

/// Gradients of gated_scan from its h. dh [C] is zeros and becomes the gradient of the state before the first token;
/// da, db [T, C] are written.
template <bool kLogarithm, class S>
MADSEARCH_HD void gated_scan_backward(const S* a, const S* before, const S* h, const S* dy, S* dh, S* da, S* db,
                                      std::int64_t T, std::int64_t C, std::int64_t c0, std::int64_t c1) {
  for (std::int64_t t = T - 1; t >= 0; --t) {
    const S *at = a + t * C, *dyt = dy + t * C, *last = t ? h + (t - 1) * C : before;
    S *dat = da + t * C, *dbt = db + t * C;
    if (last) {
#pragma GCC ivdep
      for (std::int64_t c = c0; c < c1; ++c) {
        const S d = dh[c] + dyt[c], decay = kLogarithm ? exponential(at[c]) : at[c];
        dbt[c] = d;
        dat[c] = (kLogarithm ? decay : S(1)) * d * last[c];
        dh[c] = decay * d;
      }
    } else {
      for (std::int64_t c = c0; c < c1; ++c) dbt[c] = dh[c] + dyt[c], dat[c] = 0;
    }
  }
}

}  // namespace madsearch::kernels
