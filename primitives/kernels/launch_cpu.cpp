#include <algorithm>
#include <vector>

#include "primitives/kernels/gated_recurrence.h"
#include "primitives/kernels/launch.h"
#include "primitives/kernels/selective_scan.h"

namespace madsearch::kernels {

template <class S>
void selective_scan_cpu(const SelectiveScan<S>& in, S* y) {
  const auto [u, delta, A, B, C, R, M, T, I, N] = in;
  std::vector<S> h(static_cast<std::size_t>(N * I));
  for (std::int64_t m = 0; m < M; ++m) {
    std::fill(h.begin(), h.end(), S(0));
    selective_scan<S>(u + m * T * I, delta + m * T * I, A + m / (M / R) * N * I, B + m * T * N, C + m * T * N, y + m * T * I, h.data(),
                      nullptr, T, I, N, 0, I);
  }
}

template <class S>
void selective_scan_backward_cpu(const SelectiveScan<S>& in, const S* dy, S* du, S* ddelta, S* dA, S* dB, S* dC) {
  const auto [u, delta, A, B, C, R, M, T, I, N] = in;
  std::vector<S> h(static_cast<std::size_t>(N * I)), y(static_cast<std::size_t>(T * I)), states(static_cast<std::size_t>((T + 1) * N * I));
  for (std::int64_t m = 0; m < M; ++m) {  // the states of one sequence at a time: recomputing them is cheaper than keeping all
    const auto *um = u + m * T * I, *dm = delta + m * T * I, *Am = A + m / (M / R) * N * I, *Bm = B + m * T * N, *Cm = C + m * T * N;
    std::fill(h.begin(), h.end(), S(0));
    selective_scan<S>(um, dm, Am, Bm, Cm, y.data(), h.data(), states.data(), T, I, N, 0, I);
    std::fill(h.begin(), h.end(), S(0));
    selective_scan_backward<S>(um, dm, Am, Bm, Cm, states.data(), dy + m * T * I, h.data(), du + m * T * I, ddelta + m * T * I,
                               dA + m / (M / R) * N * I, dB + m * T * N, dC + m * T * N, T, I, N, 0, I);
  }
}

template <class S>
void gated_recurrence_cpu(const GatedRecurrence<S>& in, S* o) {
  const auto [q, k, a, v, M, T, K, V] = in;
  std::vector<S> h(static_cast<std::size_t>(K * V));
  for (std::int64_t m = 0; m < M; ++m) {
    std::fill(h.begin(), h.end(), S(0));
    gated_recurrence<S>(q + m * T * K, k + m * T * K, a ? a + m * T * K : nullptr, v + m * T * V, o + m * T * V, h.data(), nullptr, T, K, V, 0, V);
  }
}

template <class S>
void gated_recurrence_backward_cpu(const GatedRecurrence<S>& in, const S* d_o, S* dq, S* dk, S* da, S* dv) {
  const auto [q, k, a, v, M, T, K, V] = in;
  std::vector<S> h(static_cast<std::size_t>(K * V)), o(static_cast<std::size_t>(T * V)), states(static_cast<std::size_t>((T + 1) * K * V));
  for (std::int64_t m = 0; m < M; ++m) {
    const auto *qm = q + m * T * K, *km = k + m * T * K, *am = a ? a + m * T * K : nullptr, *vm = v + m * T * V;
    std::fill(h.begin(), h.end(), S(0));
    gated_recurrence<S>(qm, km, am, vm, o.data(), h.data(), states.data(), T, K, V, 0, V);
    std::fill(h.begin(), h.end(), S(0));
    gated_recurrence_backward<S>(qm, km, am, vm, states.data(), d_o + m * T * V, h.data(), dq + m * T * K, dk + m * T * K,
                                 a ? da + m * T * K : nullptr, dv + m * T * V, T, K, V, 0, V);
  }
}

#define MADSEARCH_INSTANTIATE(S)                                                                                  \
  template void selective_scan_cpu<S>(const SelectiveScan<S>&, S*);                                               \
  template void selective_scan_backward_cpu<S>(const SelectiveScan<S>&, const S*, S*, S*, S*, S*, S*);            \
  template void gated_recurrence_cpu<S>(const GatedRecurrence<S>&, S*);                                           \
  template void gated_recurrence_backward_cpu<S>(const GatedRecurrence<S>&, const S*, S*, S*, S*, S*);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
