#pragma once
#include "primitives/kernels/host_device.h"

namespace madsearch::kernels {

// Kernels over small matrices share their rows, columns or tokens out in a team: `for (i = team.first(); i < n; i +=
// team.stride())`, then team.sync() before anyone reads what another wrote. A team works on one head of one sequence.

/// One thread that does everything.
struct Alone {
  static constexpr std::int64_t first() { return 0; }
  static constexpr std::int64_t stride() { return 1; }
  static void sync() {}
};

#if defined(__CUDACC__)
/// The threads of a CUDA block.
struct Block {
#if defined(__CUDA_ARCH__)
  __device__ static std::int64_t first() { return threadIdx.x; }
  __device__ static std::int64_t stride() { return blockDim.x; }
  __device__ static void sync() { __syncthreads(); }
#else
  static std::int64_t first() { return 0; }
  static std::int64_t stride() { return 1; }
  static void sync() {}
#endif
};
#endif

/// The rows of a product, each kept in registers; kN = N, or 0 for any.
template <int kN, class S>
inline void add_rows(S factor, const S* a, std::int64_t row, std::int64_t column, const S* __restrict b,
                     S* __restrict c, std::int64_t m, std::int64_t K, std::int64_t N) {
  for (std::int64_t i = 0; i < m; ++i) {
    const S* ai = a + i * row;
    S* ci = c + i * N;
    if constexpr (kN > 0) {
      S sum[kN] = {};
      for (std::int64_t k = 0; k < K; ++k) {
        const S x = ai[k * column];
        for (int j = 0; j < kN; ++j) sum[j] += x * b[k * kN + j];
      }
      for (int j = 0; j < kN; ++j) ci[j] += factor * sum[j];
    } else {
      for (std::int64_t k = 0; k < K; ++k) {
        const S x = factor * ai[k * column];
        for (std::int64_t j = 0; j < N; ++j) ci[j] += x * b[k * N + j];
      }
    }
  }
}

/// c [m, N] += factor a b with b [K, N] and a's numbers at a[i row + k column], so that a may be a transpose. c
/// overlaps neither.
template <class S, class Team>
MADSEARCH_HD inline void add_product(Team team, S factor, const S* a, std::int64_t row, std::int64_t column, const S* b,
                                     S* c, std::int64_t m, std::int64_t K, std::int64_t N) {
#if defined(__CUDA_ARCH__)
  for (std::int64_t p = team.first(); p < m * N; p += team.stride()) {
    const std::int64_t i = p / N, j = p % N;
    S sum = 0;
    for (std::int64_t k = 0; k < K; ++k) sum += a[i * row + k * column] * b[k * N + j];
    c[p] += factor * sum;
  }
#else
  (void)team;
  switch (N) {
    case 8:
      add_rows<8>(factor, a, row, column, b, c, m, K, N);
      break;
    case 16:
      add_rows<16>(factor, a, row, column, b, c, m, K, N);
      break;
    case 32:
      add_rows<32>(factor, a, row, column, b, c, m, K, N);
      break;
    default:
      add_rows<0>(factor, a, row, column, b, c, m, K, N);
  }
#endif
  team.sync();
}

/// to [N, M] = from [M, N], transposed.
template <class S, class Team>
MADSEARCH_HD inline void transpose(Team team, const S* from, S* to, std::int64_t M, std::int64_t N) {
  for (std::int64_t i = team.first(); i < M; i += team.stride())
    for (std::int64_t j = 0; j < N; ++j) to[j * M + i] = from[i * N + j];
  team.sync();
}

}  // namespace madsearch::kernels
