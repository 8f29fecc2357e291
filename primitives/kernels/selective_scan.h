#pragma once
#include "primitives/kernels/host_device.h"

namespace madsearch::kernels {

/// The selective scan of one sequence over channels c0 ≤ c < c1 of I, with N states a channel.
///
///   h_t[n, c] = exp(Δ_t[c] A[n, c]) h_{t-1}[n, c] + Δ_t[c] B_t[n] u_t[c]        y_t[c] = Σ_n C_t[n] h_t[n, c]
///
/// u, delta, y [T, I]; A [N, I] (states outermost, so that the inner loop runs over neighbouring channels); B, C [T,
/// N]. `h` [N, I], the state before the first token, is advanced to that after the last. With `keep`, h [T + 1, N, I]
/// begins with the state before the first token and is filled with those after each one, for backward; `y` is then not
/// written. Source: Gu and Dao 2023, arXiv:2312.00752, section 3.
template <class S>
void selective_scan(const S* u, const S* delta, const S* A, const S* B, const S* C, S* y, S* h, bool keep,
                    std::int64_t T, std::int64_t I, std::int64_t N, std::int64_t c0, std::int64_t c1) {
  const auto further = keep ? N * I : 0;
  for (std::int64_t t = 0; t < T; ++t) {
    const S *ut = u + t * I, *dt = delta + t * I, *Bt = B + t * N, *Ct = C + t * N;
    const S* past = h + t * further;
    S *next = h + (t + 1) * further, *yt = keep ? nullptr : y + t * I;
    if (!keep)
      for (std::int64_t c = c0; c < c1; ++c) yt[c] = 0;
    for (std::int64_t n = 0; n < N; ++n) {
      const S b = Bt[n], g = Ct[n];
      const S *An = A + n * I, *pn = past + n * I;
      S* hn = next + n * I;
      if (keep) {
#pragma GCC ivdep
        for (std::int64_t c = c0; c < c1; ++c) hn[c] = exponential(dt[c] * An[c]) * pn[c] + dt[c] * b * ut[c];
      } else {
#pragma GCC ivdep
        for (std::int64_t c = c0; c < c1; ++c) {
          const S held = exponential(dt[c] * An[c]) * pn[c] + dt[c] * b * ut[c];
          hn[c] = held;
          yt[c] += g * held;
        }
      }
    }
  }
}

/// Gradients of selective_scan from the kept `states`. dh [N, I] is the gradient of the state after the last token and
/// becomes that of the state before the first. du, ddelta [T, I] are written for channels c0..c1; dA [N, I], dB and dC
/// [T, N] are added to.
template <class S>
void selective_scan_backward(const S* u, const S* delta, const S* A, const S* B, const S* C, const S* states,
                             const S* dy, S* dh, S* du, S* ddelta, S* dA, S* dB, S* dC, std::int64_t T, std::int64_t I,
                             std::int64_t N, std::int64_t c0, std::int64_t c1) {
  for (std::int64_t t = T - 1; t >= 0; --t) {
    const S *ut = u + t * I, *dt = delta + t * I, *gt = dy + t * I;
    S *dut = du + t * I, *ddt = ddelta + t * I;
    for (std::int64_t c = c0; c < c1; ++c) dut[c] = 0, ddt[c] = 0;
    for (std::int64_t n = 0; n < N; ++n) {
      const S b = B[t * N + n], g = C[t * N + n];
      const S *An = A + n * I, *before = states + (t * N + n) * I, *after = states + ((t + 1) * N + n) * I;
      S *dhn = dh + n * I, *dAn = dA + n * I;
      S sum_b = 0, sum_c = 0;
#pragma GCC ivdep
      for (std::int64_t c = c0; c < c1; ++c) {
        const S a = exponential(dt[c] * An[c]);
        const S d = dhn[c] + g * gt[c];
        const S da = d * before[c] * a;
        sum_c += gt[c] * after[c];
        sum_b += d * dt[c] * ut[c];
        dut[c] += d * dt[c] * b;
        ddt[c] += da * An[c] + d * b * ut[c];
        dAn[c] += da * dt[c];
        dhn[c] = d * a;
      }
      dB[t * N + n] += sum_b;
      dC[t * N + n] += sum_c;
    }
  }
}

}  // namespace madsearch::kernels
