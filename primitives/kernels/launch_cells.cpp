#include "primitives/kernels/launch_cells.h"

#include <algorithm>
#include <vector>

#include "primitives/kernels/gru.h"
#include "primitives/kernels/lstm.h"
#include "primitives/kernels/slstm.h"
#include "primitives/kernels/small_product.h"

namespace madsearch::kernels {
namespace {

/// Calls one(m, P) for runs of sequences m .. m + P - 1 of one replica, which then share each read of the matrices.
template <class S, class One>
void for_each_run(const CellSequences<S>& in, One&& one) {
  constexpr std::int64_t kTogether = 16;
  const auto B = in.M / in.R;
  for (std::int64_t r = 0; r < in.R; ++r)
    for (std::int64_t b = 0; b < B; b += kTogether) one(r * B + b, std::min(kTogether, B - b));
}

}  // namespace

template <class Cell, class S>
void cell_cpu(const CellSequences<S>& in, S* y, S* kept, S* cells) {
  constexpr auto G = Cell::kGates;
  const auto T = in.T, D = in.D, H = in.H, d = D / H;
  std::vector<S> all_h, all_rec;
  for_each_run(in, [&](std::int64_t first, std::int64_t P) {
    const auto r = first / (in.M / in.R);
    const S *W = in.weight + r * H * G * d * d, *bias = in.bias + r * G * D;
    all_h.assign(in.h + first * D, in.h + (first + P) * D);
    all_rec.resize(static_cast<std::size_t>(P * G * D));
    S *h = all_h.data(), *rec = all_rec.data();
    for (std::int64_t t = 0; t < T; ++t) {
      for (std::int64_t p = 0; p < P; ++p) std::copy(bias, bias + G * D, rec + p * G * D);
      for (std::int64_t n = 0; n < H; ++n)
        for (std::int64_t g = 0; g < G; ++g)
          add_product<S>(h + n * d, D, W + (n * G + g) * d * d, d, rec + g * D + n * d, G * D, P, d, d);
      for (std::int64_t p = 0; p < P; ++p) {
        const auto token = (first + p) * T + t;
        S* before = cells + (token + first + p) * Cell::kCells * D;  // T + 1 rows a sequence
        Cell::template forward<S>(in.x + token * G * D, rec + p * G * D, before, kept + token * Cell::kKept * D,
                                  before + Cell::kCells * D, h + p * D, D, 0, D);
        std::copy(h + p * D, h + (p + 1) * D, y + token * D);
      }
    }
  });
}

template <class Cell, class S>
void cell_backward_cpu(const CellSequences<S>& in, const S* y, const S* kept, const S* cells, const S* dy, S* dh,
                       S* dcells, S* dx, S* d_rec) {
  constexpr auto G = Cell::kGates;
  const auto T = in.T, D = in.D, H = in.H, d = D / H;
  for_each_run(in, [&](std::int64_t first, std::int64_t P) {
    const S* W = in.weight + first / (in.M / in.R) * H * G * d * d;
    for (std::int64_t t = T - 1; t >= 0; --t) {
      for (std::int64_t p = 0; p < P; ++p) {
        const auto m = first + p, token = m * T + t;
        const S* before = cells + (token + m) * Cell::kCells * D;
        for (std::int64_t c = 0; c < D; ++c) dh[m * D + c] += dy[token * D + c];
        const S* last = t ? y + (token - 1) * D : in.h + m * D;
        Cell::template backward<S>(kept + token * Cell::kKept * D, last, before, before + Cell::kCells * D, dh + m * D,
                                   dcells + m * Cell::kCells * D, dx + token * G * D, d_rec + token * G * D, D, 0, D);
      }
      for (std::int64_t n = 0; n < H; ++n)
        for (std::int64_t g = 0; g < G; ++g)
          add_product<S>(d_rec + ((first * T + t) * G + g) * D + n * d, T * G * D, W + (n * G + g) * d * d, d,
                         dh + first * D + n * d, D, P, d, d);
    }
  });
}

#define MADSEARCH_INSTANTIATE(Cell, S)                                                                              \
  template void cell_cpu<Cell, S>(const CellSequences<S>&, S*, S*, S*);                                             \
  template void cell_backward_cpu<Cell, S>(const CellSequences<S>&, const S*, const S*, const S*, const S*, S*, S*, \
                                           S*, S*);
#define MADSEARCH_INSTANTIATE_BOTH(Cell) \
  MADSEARCH_INSTANTIATE(Cell, float)     \
  MADSEARCH_INSTANTIATE(Cell, double)
MADSEARCH_INSTANTIATE_BOTH(Gru)
MADSEARCH_INSTANTIATE_BOTH(Lstm)
MADSEARCH_INSTANTIATE_BOTH(Slstm<false>)
MADSEARCH_INSTANTIATE_BOTH(Slstm<true>)
#undef MADSEARCH_INSTANTIATE_BOTH
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
