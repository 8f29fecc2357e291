#pragma once
#include <cstdint>
#include <cstring>

// A matrix product for a handful of rows and a matrix that stays in cache, on a CPU: there a library's product costs
// more to start.
namespace madsearch::kernels {

/// kRows rows and kVectors vectors of kBytes of out, held in registers over all k.
template <class S, int kRows, int kVectors, int kBytes>
inline void product_tile(const S* a, std::int64_t a_row, const S* b, std::int64_t b_row, S* out, std::int64_t out_row,
                         std::int64_t K) {
  typedef S Vector __attribute__((vector_size(kBytes)));
  constexpr std::int64_t kLanes = kBytes / sizeof(S);
  Vector sum[kRows][kVectors];
  for (int p = 0; p < kRows; ++p)
    for (int v = 0; v < kVectors; ++v) std::memcpy(&sum[p][v], out + p * out_row + v * kLanes, sizeof(Vector));
  for (std::int64_t k = 0; k < K; ++k) {
    Vector column[kVectors];
    for (int v = 0; v < kVectors; ++v) std::memcpy(&column[v], b + k * b_row + v * kLanes, sizeof(Vector));
    for (int p = 0; p < kRows; ++p)
      for (int v = 0; v < kVectors; ++v) sum[p][v] += a[p * a_row + k] * column[v];
  }
  for (int p = 0; p < kRows; ++p)
    for (int v = 0; v < kVectors; ++v) std::memcpy(out + p * out_row + v * kLanes, &sum[p][v], sizeof(Vector));
}

/// out[p][j] += Σ_k a[p][k] b[k][j] for p < P, k < K, j < J; rows are a_row, b_row and out_row numbers apart.
template <class S>
inline void add_product(const S* a, std::int64_t a_row, const S* b, std::int64_t b_row, S* out, std::int64_t out_row,
                        std::int64_t P, std::int64_t K, std::int64_t J) {
  constexpr std::int64_t kRows = 4;
  std::int64_t j = 0;
  const auto columns = [&]<int kVectors, int kBytes>() {
    constexpr std::int64_t kWide = kVectors * kBytes / sizeof(S);
    for (; j + kWide <= J; j += kWide) {
      std::int64_t p = 0;
      for (; p + kRows <= P; p += kRows)
        product_tile<S, kRows, kVectors, kBytes>(a + p * a_row, a_row, b + j, b_row, out + p * out_row + j, out_row, K);
      for (; p < P; ++p)
        product_tile<S, 1, kVectors, kBytes>(a + p * a_row, a_row, b + j, b_row, out + p * out_row + j, out_row, K);
    }
  };
  columns.template operator()<2, 32>();
  columns.template operator()<1, 32>();
  columns.template operator()<1, 16>();
  if (j == J) return;
  for (std::int64_t p = 0; p < P; ++p)
    for (std::int64_t k = 0; k < K; ++k)
      for (std::int64_t rest = j; rest < J; ++rest) out[p * out_row + rest] += a[p * a_row + k] * b[k * b_row + rest];
}

}  // namespace madsearch::kernels
