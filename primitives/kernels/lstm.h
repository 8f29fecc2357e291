#pragma once
#include "primitives/kernels/cells.h"

namespace madsearch::kernels {

/// A cell of cells.h; gates in PyTorch's order.
///
///   i, f, o = σ(·)    g = tanh(·)                      of x + rec, rows i, f, g, o
///   c_t = f c_{t-1} + i g    h_t = o tanh(c_t)
///
/// Kept: i, f, g, o. Cells: c. Source: Hochreiter and Schmidhuber 1997; Gers et al. 2000 (the forget gate).
struct Lstm {
  static constexpr std::int64_t kGates = 4, kKept = 4, kCells = 1;
  static constexpr bool kSplit = false;

  template <class S>
  MADSEARCH_HD static void forward(const S* x, const S* rec, const S* before, S* kept, S* after, S* h, std::int64_t D,
                                   std::int64_t c0, std::int64_t c1) {
#pragma GCC ivdep
    for (std::int64_t c = c0; c < c1; ++c) {
      const S i = logistic(x[c] + rec[c]), f = logistic(x[D + c] + rec[D + c]),
              g = hyperbolic_tangent(x[2 * D + c] + rec[2 * D + c]), o = logistic(x[3 * D + c] + rec[3 * D + c]);
      const S cell = f * before[c] + i * g;
      after[c] = cell;
      h[c] = o * hyperbolic_tangent(cell);
      kept[c] = i;
      kept[D + c] = f;
      kept[2 * D + c] = g;
      kept[3 * D + c] = o;
    }
  }

  template <class S>
  MADSEARCH_HD static void backward(const S* kept, const S* /*h*/, const S* before, const S* after, S* dh, S* dcells,
                                    S* /*dx*/, S* d_rec, std::int64_t D, std::int64_t c0, std::int64_t c1) {
#pragma GCC ivdep
    for (std::int64_t c = c0; c < c1; ++c) {
      const S i = kept[c], f = kept[D + c], g = kept[2 * D + c], o = kept[3 * D + c],
              tanh_c = hyperbolic_tangent(after[c]);
      const S d_cell = dcells[c] + dh[c] * o * (1 - tanh_c * tanh_c);
      d_rec[c] = d_cell * g * i * (1 - i);
      d_rec[D + c] = d_cell * before[c] * f * (1 - f);
      d_rec[2 * D + c] = d_cell * i * (1 - g * g);
      d_rec[3 * D + c] = dh[c] * tanh_c * o * (1 - o);
      dcells[c] = d_cell * f;
      dh[c] = 0;
    }
  }
};

}  // namespace madsearch::kernels
