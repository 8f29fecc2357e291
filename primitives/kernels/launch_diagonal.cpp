#include "primitives/kernels/launch_diagonal.h"

#include <algorithm>
#include <vector>

#include "primitives/kernels/diagonal_filter.h"
#include "primitives/kernels/diagonal_scan.h"

namespace madsearch::kernels {

template <class S>
void diagonal_scan_cpu(const DiagonalScan<S>& in, S* h, S* state) {
  const auto [lambda, u, R, M, T, C, each_token] = in;
  const auto row = each_token ? 2 * C : 0;
  for (std::int64_t m = 0; m < M; ++m) {
    const auto at = (each_token ? m * T : m / (M / R)) * 2 * C, all = m * T * 2 * C;
    diagonal_scan<S>(lambda + at, row, u + all, h + all, state + m * 2 * C, T, C, 0, C);
  }
}

template <class S>
void diagonal_scan_backward_cpu(const DiagonalScan<S>& in, const S* h, const S* before, const S* dh, S* dstate, S* du,
                                S* dlambda) {
  const auto [lambda, u, R, M, T, C, each_token] = in;
  const auto row = each_token ? 2 * C : 0;
  for (std::int64_t m = 0; m < M; ++m) {
    const auto at = (each_token ? m * T : m / (M / R)) * 2 * C, all = m * T * 2 * C;
    diagonal_scan_backward<S>(lambda + at, row, h + all, before + m * 2 * C, dh + all, dstate + m * 2 * C, du + all,
                              dlambda + at, T, C, 0, C);
  }
}

// The filter runs over a few channels at a time, so that the states of these stay in the nearest cache for all tokens.
constexpr std::int64_t kChannels = 32;

template <class S>
void diagonal_filter_cpu(const DiagonalFilter<S>& in, S* y, S* state) {
  const auto [lambda, w, u, R, M, T, N, C] = in;
  for (std::int64_t m = 0; m < M; ++m) {
    const auto shared = m / (M / R) * 2 * N * C;
    for (std::int64_t c = 0; c < C; c += kChannels)
      diagonal_filter<S>(lambda + shared, w + shared, u + m * T * C, y + m * T * C, state + m * 2 * N * C, T, N, C, c,
                         std::min(c + kChannels, C));
  }
}

template <class S>
void diagonal_filter_backward_cpu(const DiagonalFilter<S>& in, const S* dy, S* state, S* dstate, S* du, S* dlambda,
                                  S* dw) {
  const auto [lambda, w, u, R, M, T, N, C] = in;
  std::vector<S> s(static_cast<std::size_t>(2 * N * C)), sum(s);
  for (std::int64_t m = 0; m < M; ++m) {
    const auto shared = m / (M / R) * 2 * N * C;
    std::fill(s.begin(), s.end(), S(0));
    std::fill(sum.begin(), sum.end(), S(0));
    for (std::int64_t c = 0; c < C; c += kChannels)
      diagonal_filter_backward<S>(lambda + shared, w + shared, u + m * T * C, dy + m * T * C, state + m * 2 * N * C,
                                  s.data(), sum.data(), dstate + m * 2 * N * C, du + m * T * C, dlambda + shared,
                                  dw + shared, T, N, C, c, std::min(c + kChannels, C));
  }
}

#define MADSEARCH_INSTANTIATE(S)                                                                                 \
  template void diagonal_scan_cpu<S>(const DiagonalScan<S>&, S*, S*);                                            \
  template void diagonal_scan_backward_cpu<S>(const DiagonalScan<S>&, const S*, const S*, const S*, S*, S*, S*); \
  template void diagonal_filter_cpu<S>(const DiagonalFilter<S>&, S*, S*);                                        \
  template void diagonal_filter_backward_cpu<S>(const DiagonalFilter<S>&, const S*, S*, S*, S*, S*, S*);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
