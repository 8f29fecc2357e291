#pragma once
#include "primitives/kernels/cells.h"

namespace madsearch::kernels {

/// A cell of cells.h.
///
///   ĩ, f̃, z̃, õ = x + rec    z = tanh(z̃)    o = σ(õ)    log f = log σ(f̃), or f̃ itself
///   m_t = max(log f + m_{t-1}, ĩ)    i' = exp(ĩ - m_t)    f' = exp(log f + m_{t-1} - m_t)
///   c_t = f' c_{t-1} + i' z    n_t = f' n_{t-1} + i'    h_t = o c_t / n_t
///
/// h does not depend on m, which only keeps the exponentials small: m is a constant to backward. From m = -∞ on, n ≥ 1.
/// Kept: i', f', z, o, and of σ the slope of log f. Cells: c, n, m. Source: Beck et al. 2024, arXiv:2405.04517, section
/// 2.2.
template <bool kSigmoid>
struct Slstm {
  static constexpr std::int64_t kGates = 4, kKept = kSigmoid ? 5 : 4, kCells = 3;
  static constexpr bool kSplit = false;

  template <class S>
  MADSEARCH_HD static void forward(const S* x, const S* rec, const S* before, S* kept, S* after, S* h, std::int64_t D,
                                   std::int64_t c0, std::int64_t c1) {
#pragma GCC ivdep
    for (std::int64_t c = c0; c < c1; ++c) {
      const S i = x[c] + rec[c], f = x[D + c] + rec[D + c], z = hyperbolic_tangent(x[2 * D + c] + rec[2 * D + c]),
              o = logistic(x[3 * D + c] + rec[3 * D + c]);
      S log_f = f;
      if (kSigmoid) {
        const S e = exponential(f < 0 ? f : -f);  // e^-|f|
        log_f = (f < 0 ? f : S(0)) - log_one_plus(e);
        kept[4 * D + c] = (f < 0 ? S(1) : e) / (1 + e);  // σ(-f)
      }
      const S faded = log_f + before[2 * D + c], m = faded > i ? faded : i;
      const S take = exponential(i - m), keep = exponential(faded - m);
      const S cell = keep * before[c] + take * z, n = keep * before[D + c] + take;
      after[c] = cell;
      after[D + c] = n;
      after[2 * D + c] = m;
      h[c] = o * cell / n;
      kept[c] = take;
      kept[D + c] = keep;
      kept[2 * D + c] = z;
      kept[3 * D + c] = o;
    }
  }

  template <class S>
  MADSEARCH_HD static void backward(const S* kept, const S* /*h*/, const S* before, const S* after, S* dh, S* dcells,
                                    S* /*dx*/, S* d_rec, std::int64_t D, std::int64_t c0, std::int64_t c1) {
#pragma GCC ivdep
    for (std::int64_t c = c0; c < c1; ++c) {
      const S take = kept[c], keep = kept[D + c], z = kept[2 * D + c], o = kept[3 * D + c],
              slope = kSigmoid ? kept[4 * D + c] : S(1);
      const S share = 1 / after[D + c], mean = after[c] * share;
      const S d_cell = dcells[c] + dh[c] * o * share, d_n = dcells[D + c] - dh[c] * o * mean * share;
      d_rec[c] = (d_cell * z + d_n) * take;
      d_rec[D + c] = (d_cell * before[c] + d_n * before[D + c]) * keep * slope;
      d_rec[2 * D + c] = d_cell * take * (1 - z * z);
      d_rec[3 * D + c] = dh[c] * mean * o * (1 - o);
      dcells[c] = d_cell * keep;
      dcells[D + c] = d_n * keep;
      dcells[2 * D + c] = 0;
      dh[c] = 0;
    }
  }
};

}  // namespace madsearch::kernels
