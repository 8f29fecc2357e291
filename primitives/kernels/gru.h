#pragma once
#include "primitives/kernels/cells.h"

namespace madsearch::kernels {

/// A cell of cells.h; gates in PyTorch's order, the reset after the product.
///
///   r, z = σ(x + rec)    n = tanh(x_n + r rec_n)       rows r, z, n
///   h_t = (1 - z) n + z h_{t-1}
///
/// Kept: r, z, n, rec_n. Source: Cho et al. 2014, arXiv:1406.1078, section 2.3.
struct Gru {
  static constexpr std::int64_t kGates = 3, kKept = 4, kCells = 0;
  static constexpr bool kSplit = true;

  template <class S>
  MADSEARCH_HD static void forward(const S* x, const S* rec, const S* /*before*/, S* kept, S* /*after*/, S* h,
                                   std::int64_t D, std::int64_t c0, std::int64_t c1) {
#pragma GCC ivdep
    for (std::int64_t c = c0; c < c1; ++c) {
      const S r = logistic(x[c] + rec[c]), z = logistic(x[D + c] + rec[D + c]), q = rec[2 * D + c];
      const S n = hyperbolic_tangent(x[2 * D + c] + r * q);
      h[c] = n + z * (h[c] - n);
      kept[c] = r;
      kept[D + c] = z;
      kept[2 * D + c] = n;
      kept[3 * D + c] = q;
    }
  }

  template <class S>
  MADSEARCH_HD static void backward(const S* kept, const S* h, const S* /*before*/, const S* /*after*/, S* dh,
                                    S* /*dcells*/, S* dx, S* d_rec, std::int64_t D, std::int64_t c0, std::int64_t c1) {
#pragma GCC ivdep
    for (std::int64_t c = c0; c < c1; ++c) {
      const S r = kept[c], z = kept[D + c], n = kept[2 * D + c], q = kept[3 * D + c], d = dh[c];
      const S d_n = d * (1 - z) * (1 - n * n), d_r = d_n * q * r * (1 - r), d_z = d * (h[c] - n) * z * (1 - z);
      dx[c] = d_r;
      dx[D + c] = d_z;
      dx[2 * D + c] = d_n;
      d_rec[c] = d_r;
      d_rec[D + c] = d_z;
      d_rec[2 * D + c] = d_n * r;
      dh[c] = d * z;
    }
  }
};

}  // namespace madsearch::kernels
