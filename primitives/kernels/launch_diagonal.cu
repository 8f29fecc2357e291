#include "primitives/kernels/cuda_launch.h"
#include "primitives/kernels/diagonal_filter.h"
#include "primitives/kernels/diagonal_scan.h"
#include "primitives/kernels/launch_diagonal.h"

namespace madsearch::kernels {
namespace {

constexpr int kThreads = 128;  // one thread a channel

template <class S>
__global__ void scan(DiagonalScan<S> in, S* h, S* state) {
  const std::int64_t m = blockIdx.x, c = blockIdx.y * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  const auto T = in.T, C = in.C;
  if (c >= C) return;
  diagonal_scan<S>(in.lambda + (in.each_token ? m * T : m / (in.M / in.R)) * 2 * C, in.each_token ? 2 * C : 0,
                   in.u + m * T * 2 * C, h + m * T * 2 * C, state + m * 2 * C, T, C, c, c + 1);
}

template <class S>
__global__ void scan_backward(DiagonalScan<S> in, const S* h, const S* before, const S* dh, S* dstate, S* du,
                              S* dlambda) {
  const std::int64_t m = blockIdx.x, c = blockIdx.y * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  const auto T = in.T, C = in.C, all = m * T * 2 * C;
  if (c >= C) return;
  diagonal_scan_backward<S>(in.lambda + (in.each_token ? m * T : m / (in.M / in.R)) * 2 * C, in.each_token ? 2 * C : 0,
                            h + all, before + m * 2 * C, dh + all, dstate + m * 2 * C, du + all,
                            dlambda + (in.each_token ? all : m * 2 * C), T, C, c, c + 1);
}

template <class S>
__global__ void filter(DiagonalFilter<S> in, S* y, S* state) {
  const std::int64_t m = blockIdx.x, c = blockIdx.y * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  const auto T = in.T, N = in.N, C = in.C, shared = m / (in.M / in.R) * 2 * N * C;
  if (c >= C) return;
  diagonal_filter<S>(in.lambda + shared, in.w + shared, in.u + m * T * C, y + m * T * C, state + m * 2 * N * C, T, N, C,
                     c, c + 1);
}

template <class S>
__global__ void filter_backward(DiagonalFilter<S> in, const S* dy, S* state, S* s, S* sum, S* dstate, S* du, S* dlambda,
                                S* dw) {
  const std::int64_t m = blockIdx.x, c = blockIdx.y * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  const auto T = in.T, N = in.N, C = in.C, shared = m / (in.M / in.R) * 2 * N * C, own = m * 2 * N * C;
  if (c >= C) return;
  diagonal_filter_backward<S>(in.lambda + shared, in.w + shared, in.u + m * T * C, dy + m * T * C, state + own, s + own,
                              sum + own, dstate + own, du + m * T * C, dlambda + own, dw + own, T, N, C, c, c + 1);
}

}  // namespace

template <class S>
void diagonal_scan_cuda(const DiagonalScan<S>& in, S* h, S* state, void* stream) {
  launch(scan<S>, sequences_by_channels(in.M, in.C, kThreads), kThreads, 0, stream, in, h, state);
}

template <class S>
void diagonal_scan_backward_cuda(const DiagonalScan<S>& in, const S* h, const S* before, const S* dh, S* dstate, S* du,
                                 S* dlambda, void* stream) {
  launch(scan_backward<S>, sequences_by_channels(in.M, in.C, kThreads), kThreads, 0, stream, in, h, before, dh, dstate,
         du, dlambda);
}

template <class S>
void diagonal_filter_cuda(const DiagonalFilter<S>& in, S* y, S* state, void* stream) {
  launch(filter<S>, sequences_by_channels(in.M, in.C, kThreads), kThreads, 0, stream, in, y, state);
}

template <class S>
void diagonal_filter_backward_cuda(const DiagonalFilter<S>& in, const S* dy, S* state, S* s, S* sum, S* dstate, S* du,
                                   S* dlambda, S* dw, void* stream) {
  launch(filter_backward<S>, sequences_by_channels(in.M, in.C, kThreads), kThreads, 0, stream, in, dy, state, s, sum,
         dstate, du, dlambda, dw);
}

#define MADSEARCH_INSTANTIATE(S)                                                                                 \
  template void diagonal_scan_cuda<S>(const DiagonalScan<S>&, S*, S*, void*);                                    \
  template void diagonal_scan_backward_cuda<S>(const DiagonalScan<S>&, const S*, const S*, const S*, S*, S*, S*, \
                                               void*);                                                           \
  template void diagonal_filter_cuda<S>(const DiagonalFilter<S>&, S*, S*, void*);                                \
  template void diagonal_filter_backward_cuda<S>(const DiagonalFilter<S>&, const S*, S*, S*, S*, S*, S*, S*, S*, void*);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
