#include "primitives/kernels/launch_scan.h"

#include "primitives/kernels/gated_scan.h"

namespace madsearch::kernels {

template <bool kLogarithm, class S>
void gated_scan_cpu(const GatedScan<S>& in, S* h) {
  const auto [a, b, before, M, T, C] = in;
  for (std::int64_t m = 0; m < M; ++m)
    gated_scan<kLogarithm, S>(a + m * T * C, b + m * T * C, before ? before + m * C : nullptr, h + m * T * C, T, C, 0,
                              C);
}

template <bool kLogarithm, class S>
void gated_scan_backward_cpu(const GatedScan<S>& in, const S* h, const S* dy, S* dh, S* da, S* db) {
  const auto [a, b, before, M, T, C] = in;
  for (std::int64_t m = 0; m < M; ++m) {
    const auto at = m * T * C;
    gated_scan_backward<kLogarithm, S>(a + at, before ? before + m * C : nullptr, h + at, dy + at, dh + m * C, da + at,
                                       db + at, T, C, 0, C);
  }
}

#define MADSEARCH_INSTANTIATE(kLogarithm, S)                            \
  template void gated_scan_cpu<kLogarithm, S>(const GatedScan<S>&, S*); \
  template void gated_scan_backward_cpu<kLogarithm, S>(const GatedScan<S>&, const S*, const S*, S*, S*, S*);
MADSEARCH_INSTANTIATE(false, float)
MADSEARCH_INSTANTIATE(true, float)
MADSEARCH_INSTANTIATE(false, double)
MADSEARCH_INSTANTIATE(true, double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
