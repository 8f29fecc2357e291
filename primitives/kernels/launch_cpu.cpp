#include <algorithm>
#include <vector>

#include "primitives/kernels/gated_recurrence.h"
#include "primitives/kernels/launch.h"
#include "primitives/kernels/selective_scan.h"

namespace madsearch::kernels {

namespace {

/// The state of sequence m in h [M, ...], or `scratch`, cleared, if nobody gave one.
template <class S>
S* state(S* h, std::int64_t m, std::vector<S>& scratch) {
  if (h) return h + m * static_cast<std::int64_t>(scratch.size());
  std::fill(scratch.begin(), scratch.end(), S(0));
  return scratch.data();
}

/// Makes `states` begin with the state of sequence m in h [M, size], or with zeros.
template <class S>
void begin(std::vector<S>& states, const S* h, std::int64_t m, std::int64_t size) {
  if (h)
    std::copy_n(h + m * size, size, states.begin());
  else
    std::fill_n(states.begin(), size, S(0));
}

/// Calls body.operator()<C>(j0) for blocks of C channels that make up V: the widest that fit, and an odd one at the end
/// with its neighbours, as the column of ones that normalisers add would cost as much as eight channels by itself.
template <class Body>
void in_blocks(std::int64_t V, const Body& body) {
  std::int64_t j = 0;
  const auto take = [&]<std::int64_t C>() {
    while (V - j >= C) {
      if (C >= 8 && V - j == C + 1) {
        body.template operator()<C + 1>(j);
        j += C + 1;
      } else {
        body.template operator()<C>(j);
        j += C;
      }
    }
  };
  take.template operator()<32>();
  take.template operator()<16>();
  take.template operator()<8>();
  take.template operator()<4>();
  take.template operator()<1>();
}

}  // namespace

template <class S>
void selective_scan_cpu(const SelectiveScan<S>& in, S* y, S* h) {
  const auto [u, delta, A, B, C, R, M, T, I, N] = in;
  std::vector<S> scratch(static_cast<std::size_t>(N * I));
  for (std::int64_t m = 0; m < M; ++m)
    selective_scan<S>(u + m * T * I, delta + m * T * I, A + m / (M / R) * N * I, B + m * T * N, C + m * T * N,
                      y + m * T * I, state(h, m, scratch), false, T, I, N, 0, I);
}

template <class S>
void selective_scan_backward_cpu(const SelectiveScan<S>& in, const S* h, const S* dy, S* dh, S* du, S* ddelta, S* dA,
                                 S* dB, S* dC) {
  const auto [u, delta, A, B, C, R, M, T, I, N] = in;
  std::vector<S> scratch(static_cast<std::size_t>(N * I)), states(static_cast<std::size_t>((T + 1) * N * I));
  for (std::int64_t m = 0; m < M;
       ++m) {  // the states of one sequence at a time: recomputing them is cheaper than keeping all
    const auto *um = u + m * T * I, *dm = delta + m * T * I, *Am = A + m / (M / R) * N * I, *Bm = B + m * T * N,
               *Cm = C + m * T * N;
    begin(states, h, m, N * I);
    selective_scan<S>(um, dm, Am, Bm, Cm, nullptr, states.data(), true, T, I, N, 0, I);
    selective_scan_backward<S>(um, dm, Am, Bm, Cm, states.data(), dy + m * T * I, state(dh, m, scratch), du + m * T * I,
                               ddelta + m * T * I, dA + m / (M / R) * N * I, dB + m * T * N, dC + m * T * N, T, I, N, 0,
                               I);
  }
}

template <class S>
void gated_recurrence_cpu(const GatedRecurrence<const S>& in, S* o, S* h) {
  std::vector<S> scratch(static_cast<std::size_t>(in.K * in.V));
  for (std::int64_t m = 0; m < in.M; ++m) {
    const auto one = in.sequence(m);
    S *om = o + m * in.T * in.V, *hm = state(h, m, scratch);
    in_blocks(in.V, [&]<std::int64_t C>(std::int64_t j) { gated_recurrence<S, C>(one, om, hm, false, j); });
  }
}

template <class S>
void gated_recurrence_backward_cpu(const GatedRecurrence<const S>& in, const S* h, const S* d_o, S* dh,
                                   const GatedRecurrence<S>& d) {
  std::vector<S> scratch(static_cast<std::size_t>(in.K * in.V)),
      states(static_cast<std::size_t>((in.T + 1) * in.K * in.V));
  for (std::int64_t m = 0; m < in.M; ++m) {
    const auto one = in.sequence(m);
    const auto gradients = d.sequence(m);
    const S* gm = d_o + m * in.T * in.V;
    S* dhm = state(dh, m, scratch);
    begin(states, h, m, in.K * in.V);
    in_blocks(in.V, [&]<std::int64_t C>(std::int64_t j) {
      gated_recurrence<S, C>(one, nullptr, states.data(), true, j);
      gated_recurrence_backward<S, C>(one, states.data(), gm, dhm, gradients, j);
    });
  }
}

#define MADSEARCH_INSTANTIATE(S)                                                                                     \
  template void selective_scan_cpu<S>(const SelectiveScan<S>&, S*, S*);                                              \
  template void selective_scan_backward_cpu<S>(const SelectiveScan<S>&, const S*, const S*, S*, S*, S*, S*, S*, S*); \
  template void gated_recurrence_cpu<S>(const GatedRecurrence<const S>&, S*, S*);                                    \
  template void gated_recurrence_backward_cpu<S>(const GatedRecurrence<const S>&, const S*, const S*, S*,            \
                                                 const GatedRecurrence<S>&);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
