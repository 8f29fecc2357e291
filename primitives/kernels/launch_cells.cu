#include <algorithm>
#include <utility>

#include "primitives/kernels/cuda_launch.h"
#include "primitives/kernels/gru.h"
#include "primitives/kernels/launch_cells.h"
#include "primitives/kernels/lstm.h"
#include "primitives/kernels/slstm.h"

namespace madsearch::kernels {
namespace {

constexpr std::size_t kShared = 200 * 1024;  // bytes that a block may ask for

/// The weights of a sequence's replica: a copy in shared memory, which is read at every token, if there is room for
/// one. The caller meets before it reads them.
template <class Cell, class S>
__device__ const S* near_weights(const CellSequences<S>& in, S* room) {
  const auto size = Cell::kGates * in.D * in.D / in.H;
  const S* from = in.weight + blockIdx.x / (in.M / in.R) * size;
  if (!room) return from;
  for (std::int64_t i = threadIdx.x; i < size; i += blockDim.x) room[i] = from[i];
  return room;
}

/// One block a sequence; its threads take channels in turn and meet before and after every read of h. `near`: shared
/// memory has room for the weights.
template <class Cell, class S>
__global__ void run_cell(CellSequences<S> in, bool near, S* y, S* kept, S* cells) {
  constexpr auto G = Cell::kGates;
  const std::int64_t m = blockIdx.x, T = in.T, D = in.D, d = D / in.H, r = m / (in.M / in.R);
  S *h = shared_memory<S>(), *rec = h + D;  // [D], [G, D]
  const S *W = near_weights<Cell>(in, near ? rec + G * D : nullptr), *bias = in.bias + r * G * D;
  for (std::int64_t c = threadIdx.x; c < D; c += blockDim.x) h[c] = in.h[m * D + c];
  for (std::int64_t t = 0; t < T; ++t) {
    __syncthreads();
    for (std::int64_t c = threadIdx.x; c < D; c += blockDim.x) {
      const auto n = c / d, j = c % d;
      S sums[G];
      for (std::int64_t g = 0; g < G; ++g) sums[g] = bias[g * D + c];
      for (std::int64_t k = 0; k < d; ++k)
        for (std::int64_t g = 0; g < G; ++g) sums[g] += h[n * d + k] * W[((n * G + g) * d + k) * d + j];
      for (std::int64_t g = 0; g < G; ++g) rec[g * D + c] = sums[g];
    }
    __syncthreads();
    const auto token = m * T + t;
    S* before = cells + (token + m) * Cell::kCells * D;
    for (std::int64_t c = threadIdx.x; c < D; c += blockDim.x) {
      Cell::template forward<S>(in.x + token * G * D, rec, before, kept + token * Cell::kKept * D,
                                before + Cell::kCells * D, h, D, c, c + 1);
      y[token * D + c] = h[c];
    }
  }
}

template <class Cell, class S>
__global__ void run_cell_backward(CellSequences<S> in, bool near, const S* y, const S* kept, const S* cells,
                                  const S* dy, S* dh, S* dcells, S* dx, S* d_rec) {
  constexpr auto G = Cell::kGates;
  const std::int64_t m = blockIdx.x, T = in.T, D = in.D, d = D / in.H;
  const S* W = near_weights<Cell>(in, near ? shared_memory<S>() : nullptr);
  dh += m * D;
  dcells += m * Cell::kCells * D;
  for (std::int64_t t = T - 1; t >= 0; --t) {
    const auto token = m * T + t;
    const S *before = cells + (token + m) * Cell::kCells * D, *last = t ? y + (token - 1) * D : in.h + m * D;
    S* into = d_rec + token * G * D;
    for (std::int64_t c = threadIdx.x; c < D; c += blockDim.x) {
      dh[c] += dy[token * D + c];
      Cell::template backward<S>(kept + token * Cell::kKept * D, last, before, before + Cell::kCells * D, dh, dcells,
                                 dx + token * G * D, into, D, c, c + 1);
    }
    __syncthreads();  // a channel reads the d_rec of its whole head, of this token only
    for (std::int64_t c = threadIdx.x; c < D; c += blockDim.x) {
      const auto n = c / d, k = c % d;
      S sums[G] = {};
      for (std::int64_t j = 0; j < d; ++j)
        for (std::int64_t g = 0; g < G; ++g) sums[g] += into[g * D + n * d + j] * W[((n * G + g) * d + j) * d + k];
      for (std::int64_t g = 0; g < G; ++g) dh[c] += sums[g];
    }
  }
}

template <class S>
unsigned threads(const CellSequences<S>& in) {
  return static_cast<unsigned>(std::min<std::int64_t>(512, (in.D + 31) / 32 * 32));
}

/// Bytes of shared memory: `own` numbers, and the weights if they fit.
template <class Cell, class S>
std::pair<std::size_t, bool> shared_bytes(const CellSequences<S>& in, std::int64_t own) {
  const auto weights = static_cast<std::size_t>(Cell::kGates * in.D * in.D / in.H) * sizeof(S);
  const auto numbers = static_cast<std::size_t>(own) * sizeof(S);
  return numbers + weights <= kShared ? std::pair(numbers + weights, true) : std::pair(numbers, false);
}

}  // namespace

template <class Cell, class S>
void cell_cuda(const CellSequences<S>& in, S* y, S* kept, S* cells, void* stream) {
  const auto [bytes, near] = shared_bytes<Cell>(in, (1 + Cell::kGates) * in.D);
  launch(run_cell<Cell, S>, static_cast<unsigned>(in.M), threads(in), bytes, stream, in, near, y, kept, cells);
}

template <class Cell, class S>
void cell_backward_cuda(const CellSequences<S>& in, const S* y, const S* kept, const S* cells, const S* dy, S* dh,
                        S* dcells, S* dx, S* d_rec, void* stream) {
  const auto [bytes, near] = shared_bytes<Cell>(in, 0);
  launch(run_cell_backward<Cell, S>, static_cast<unsigned>(in.M), threads(in), bytes, stream, in, near, y, kept, cells,
         dy, dh, dcells, dx, d_rec);
}

#define MADSEARCH_INSTANTIATE(Cell, S)                                                                               \
  template void cell_cuda<Cell, S>(const CellSequences<S>&, S*, S*, S*, void*);                                      \
  template void cell_backward_cuda<Cell, S>(const CellSequences<S>&, const S*, const S*, const S*, const S*, S*, S*, \
                                            S*, S*, void*);
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
