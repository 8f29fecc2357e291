#include "primitives/kernels/cuda_launch.h"
#include "primitives/kernels/gated_recurrence.h"
#include "primitives/kernels/launch.h"
#include "primitives/kernels/selective_scan.h"

namespace madsearch::kernels {
namespace {

constexpr int kThreads = 128;  // one thread a channel

template <class S>
__global__ void scan(SelectiveScan<S> in, S* y, S* h, bool keep) {
  const std::int64_t m = blockIdx.x, c = blockIdx.y * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  const auto T = in.T, I = in.I, N = in.N;
  if (c >= I) return;
  selective_scan<S>(in.u + m * T * I, in.delta + m * T * I, in.A + m / (in.M / in.R) * N * I, in.B + m * T * N,
                    in.C + m * T * N, keep ? nullptr : y + m * T * I, h + m * (keep ? T + 1 : 1) * N * I, keep, T, I, N,
                    c, c + 1);
}

template <class S>
__global__ void scan_backward(SelectiveScan<S> in, const S* states, const S* dy, S* dh, S* du, S* ddelta, S* dA, S* dB,
                              S* dC) {
  const std::int64_t m = blockIdx.x, c = blockIdx.y * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  const auto T = in.T, I = in.I, N = in.N;
  if (c >= I) return;
  selective_scan_backward<S>(in.u + m * T * I, in.delta + m * T * I, in.A + m / (in.M / in.R) * N * I, in.B + m * T * N,
                             in.C + m * T * N, states + m * (T + 1) * N * I, dy + m * T * I, dh + m * N * I,
                             du + m * T * I, ddelta + m * T * I, dA + m * N * I, dB + m * T * N, dC + m * T * N, T, I,
                             N, c, c + 1);
}

template <class S>
__global__ void recurrence(GatedRecurrence<const S> in, S* o, S* h, bool keep) {
  const std::int64_t m = blockIdx.x, j = blockIdx.y * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  if (j >= in.V) return;
  gated_recurrence<S, 1>(in.sequence(m), keep ? nullptr : o + m * in.T * in.V,
                         h + m * (keep ? in.T + 1 : 1) * in.K * in.V, keep, j);
}

template <class S>
__global__ void recurrence_backward(GatedRecurrence<const S> in, const S* states, const S* d_o, S* dh,
                                    GatedRecurrence<S> d) {
  const std::int64_t m = blockIdx.x, j = blockIdx.y * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  if (j >= in.V) return;
  gated_recurrence_backward<S, 1>(in.sequence(m), states + m * (in.T + 1) * in.K * in.V, d_o + m * in.T * in.V,
                                  dh + m * in.K * in.V, d.sequence(m), j);
}

}  // namespace

template <class S>
void selective_scan_cuda(const SelectiveScan<S>& in, S* y, S* h, void* stream) {
  launch(scan<S>, sequences_by_channels(in.M, in.I, kThreads), kThreads, 0, stream, in, y, h, false);
}

template <class S>
void selective_scan_backward_cuda(const SelectiveScan<S>& in, S* states, const S* dy, S* dh, S* du, S* ddelta, S* dA,
                                  S* dB, S* dC, void* stream) {
  launch(scan<S>, sequences_by_channels(in.M, in.I, kThreads), kThreads, 0, stream, in, nullptr, states, true);
  launch(scan_backward<S>, sequences_by_channels(in.M, in.I, kThreads), kThreads, 0, stream, in, states, dy, dh, du,
         ddelta, dA, dB, dC);
}

template <class S>
void gated_recurrence_cuda(const GatedRecurrence<const S>& in, S* o, S* h, void* stream) {
  launch(recurrence<S>, sequences_by_channels(in.M, in.V, kThreads), kThreads, 0, stream, in, o, h, false);
}

template <class S>
void gated_recurrence_backward_cuda(const GatedRecurrence<const S>& in, S* states, const S* d_o, S* dh,
                                    const GatedRecurrence<S>& d, void* stream) {
  launch(recurrence<S>, sequences_by_channels(in.M, in.V, kThreads), kThreads, 0, stream, in, nullptr, states, true);
  launch(recurrence_backward<S>, sequences_by_channels(in.M, in.V, kThreads), kThreads, 0, stream, in, states, d_o, dh,
         d);
}

#define MADSEARCH_INSTANTIATE(S)                                                                                       \
  template void selective_scan_cuda<S>(const SelectiveScan<S>&, S*, S*, void*);                                        \
  template void selective_scan_backward_cuda<S>(const SelectiveScan<S>&, S*, const S*, S*, S*, S*, S*, S*, S*, void*); \
  template void gated_recurrence_cuda<S>(const GatedRecurrence<const S>&, S*, S*, void*);                              \
  template void gated_recurrence_backward_cuda<S>(const GatedRecurrence<const S>&, S*, const S*, S*,                   \
                                                  const GatedRecurrence<S>&, void*);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
