#pragma once
#include "primitives/kernels/cuda_launch.h"
#include "primitives/kernels/host_device.h"
#include "primitives/kernels/launch_outer.h"

namespace madsearch::kernels {

// How the CUDA kernels of outer_scan.cu share out a head's matrix. A thread keeps kNumbers neighbours of one row (or
// column) of it in registers; `segments` threads next to each other hold a whole one and sum over it by shuffles. What
// a chunk of tokens needs is fetched into shared memory by the threads of its head together.

/// Of a launch: a block serves `heads` heads, or `tile` of the `rows` rows of one.
struct OuterGrid {
  std::int64_t matrices, rows, columns;  // N H; the axis over threads, the axis in registers
  int segments, tile, heads, chunk;      // chunk: tokens that are fetched at once
  int shared;                            // numbers of shared memory
};

/// Where a thread stands.
struct OuterPlace {
  std::int64_t matrix;  // n H + h
  std::int64_t row;
  int head, slot, threads;  // of the block's heads; of the `threads` that serve it
  int segment, tile_row;
  bool alive;  // has a row to work on
};

__device__ inline OuterPlace outer_place(const OuterGrid& grid) {
  OuterPlace out;
  out.threads = grid.tile * grid.segments;
  out.head = static_cast<int>(threadIdx.x) / out.threads;
  out.slot = static_cast<int>(threadIdx.x) % out.threads;
  out.segment = out.slot % grid.segments;
  out.tile_row = out.slot / grid.segments;
  out.matrix = static_cast<std::int64_t>(blockIdx.x) * grid.heads + out.head;
  out.row = static_cast<std::int64_t>(blockIdx.y) * grid.tile + out.tile_row;
  const bool serves = out.head < grid.heads && out.matrix < grid.matrices;
  out.alive = serves && out.row < grid.rows;
  if (!serves) out.head = -1;  // one of those that fill up the last warp, or a head beyond the last
  return out;
}

/// Numbers that are moved at once, 16 bytes.
template <class S>
struct alignas(16) Quad {
  static constexpr int kSize = 16 / sizeof(S);
  S number[kSize];
};

/// Rows of `columns` numbers in shared memory, cut into segments that lie in different banks.
template <class S, int kNumbers>
class OuterVectors {
 public:
  static constexpr int kStride = kNumbers + Quad<S>::kSize;
  MADSEARCH_HD static std::int64_t size(const OuterGrid& grid, std::int64_t steps) {
    return static_cast<std::int64_t>(grid.heads) * grid.chunk * steps * grid.segments * kStride;
  }
  __device__ OuterVectors(const OuterGrid& grid, std::int64_t steps, S*& shared)
      : at_(shared), capacity_(static_cast<int>(grid.chunk * steps)), segments_(grid.segments) {
    shared += size(grid, steps);
  }
  /// `count` rows of the thread's head from `first` on, together with its other threads. Row n of head m of `from` has
  /// `given` numbers, or one for all.
  __device__ void fetch(const OuterPlace& place, const S* from, std::int64_t first, int count, std::int64_t heads,
                        std::int64_t rows, int columns, std::int64_t given) {
    if (place.head < 0) return;
    const auto base = (place.matrix / heads * rows + first) * heads + place.matrix % heads;
    int i = place.slot, n = 0;
    for (;;) {
      while (i >= columns) i -= columns, ++n;
      if (n >= count) return;
      row(place.head, n, i / kNumbers)[i % kNumbers] = from[(base + n * heads) * given + (given == 1 ? 0 : i)];
      i += place.threads;
    }
  }
  /// A thread's part of row n.
  __device__ void read(const OuterPlace& place, int n, S (&to)[kNumbers]) const {
    const S* from = row(place.head < 0 ? 0 : place.head, n, place.segment);
    constexpr int kSize = Quad<S>::kSize;
#pragma unroll
    for (int i = 0; i < kNumbers; i += kSize) {
      const auto quad = *reinterpret_cast<const Quad<S>*>(from + i);
#pragma unroll
      for (int j = 0; j < kSize; ++j) to[i + j] = quad.number[j];
    }
  }

 private:
  __device__ S* row(int head, int n, int segment) const {
    return at_ + ((head * capacity_ + n) * segments_ + segment) * kStride;
  }
  S* at_;
  int capacity_, segments_;
};

/// Of each row of the tile a number, in shared memory.
template <class S>
class OuterScalars {
 public:
  MADSEARCH_HD static std::int64_t size(const OuterGrid& grid, std::int64_t steps) {
    return (static_cast<std::int64_t>(grid.heads) * grid.chunk * steps * grid.tile + 3) / 4 * 4;  // quads follow
  }
  __device__ OuterScalars(const OuterGrid& grid, std::int64_t steps, S*& shared)
      : at_(shared), capacity_(static_cast<int>(grid.chunk * steps)), tile_(grid.tile) {
    shared += size(grid, steps);
  }
  __device__ void fetch(const OuterPlace& place, const OuterGrid& grid, const S* from, std::int64_t first, int count,
                        std::int64_t heads, std::int64_t rows, std::int64_t given) {
    if (place.head < 0) return;
    const auto base = (place.matrix / heads * rows + first) * heads + place.matrix % heads;
    const auto before = static_cast<std::int64_t>(blockIdx.y) * grid.tile;
    const int tile = static_cast<int>(grid.rows - before < grid.tile ? grid.rows - before : grid.tile);
    int i = place.slot, n = 0;
    for (;;) {
      while (i >= tile) i -= tile, ++n;
      if (n >= count) return;
      at_[(place.head * capacity_ + n) * tile_ + i] = from[(base + n * heads) * given + (given == 1 ? 0 : before + i)];
      i += place.threads;
    }
  }
  __device__ S read(const OuterPlace& place, int n) const {
    return place.alive ? at_[(place.head * capacity_ + n) * tile_ + place.tile_row] : S(0);
  }

 private:
  S* at_;
  int capacity_, tile_;
};

/// Of two parts of a row, summed over its segments.
template <class S, int kNumbers>
__device__ inline S product(const S (&a)[kNumbers], const S (&b)[kNumbers], int segments) {
  S out = 0;
#pragma unroll
  for (int i = 0; i < kNumbers; ++i) out += a[i] * b[i];
  for (int apart = 1; apart < segments; apart *= 2) out += __shfl_xor_sync(0xffffffffu, out, apart);
  return out;
}

/// to += x other
template <class S, int kNumbers>
__device__ inline void add_scaled(S (&to)[kNumbers], S x, const S (&other)[kNumbers]) {
#pragma unroll
  for (int i = 0; i < kNumbers; ++i) to[i] += x * other[i];
}

template <class S, int kNumbers>
__device__ inline void scale(S (&to)[kNumbers], S factor) {
#pragma unroll
  for (int i = 0; i < kNumbers; ++i) to[i] *= factor;
}

template <class S, int kNumbers>
__device__ inline void multiply(S (&to)[kNumbers], const S (&other)[kNumbers]) {
#pragma unroll
  for (int i = 0; i < kNumbers; ++i) to[i] *= other[i];
}

}  // namespace madsearch::kernels
