#include <cuda_runtime.h>

#include <stdexcept>

#include "primitives/kernels/gated_recurrence.h"
#include "primitives/kernels/launch.h"
#include "primitives/kernels/selective_scan.h"

namespace madsearch::kernels {
namespace {

constexpr int kThreads = 128;                                 // one thread a channel

void check(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(std::string("CUDA: ") + cudaGetErrorString(error));
}

template <class S>
__global__ void scan(SelectiveScan<S> in, S* y, S* h, S* states) {
  const std::int64_t m = blockIdx.y, c = blockIdx.x * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  const auto T = in.T, I = in.I, N = in.N;
  if (c >= I) return;
  selective_scan<S>(in.u + m * T * I, in.delta + m * T * I, in.A + m / (in.M / in.R) * N * I, in.B + m * T * N, in.C + m * T * N,
                    y + m * T * I, h + m * N * I, states ? states + m * (T + 1) * N * I : nullptr, T, I, N, c, c + 1);
}

template <class S>
__global__ void scan_backward(SelectiveScan<S> in, const S* dy, S* du, S* ddelta, S* dA_each, S* dB, S* dC, const S* states, S* dh) {
  const std::int64_t m = blockIdx.y, c = blockIdx.x * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  const auto T = in.T, I = in.I, N = in.N;
  if (c >= I) return;
  selective_scan_backward<S>(in.u + m * T * I, in.delta + m * T * I, in.A + m / (in.M / in.R) * N * I, in.B + m * T * N,
                             in.C + m * T * N, states + m * (T + 1) * N * I, dy + m * T * I, dh + m * N * I, du + m * T * I,
                             ddelta + m * T * I, dA_each + m * N * I, dB + m * T * N, dC + m * T * N, T, I, N, c, c + 1);
}

template <class S>
__global__ void recurrence(GatedRecurrence<S> in, S* o, S* h, S* states) {
  const std::int64_t m = blockIdx.y, j = blockIdx.x * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  const auto T = in.T, K = in.K, V = in.V;
  if (j >= V) return;
  gated_recurrence<S>(in.q + m * T * K, in.k + m * T * K, in.a ? in.a + m * T * K : nullptr, in.v + m * T * V, o + m * T * V,
                      h + m * K * V, states ? states + m * (T + 1) * K * V : nullptr, T, K, V, j, j + 1);
}

template <class S>
__global__ void recurrence_backward(GatedRecurrence<S> in, const S* d_o, S* dq, S* dk, S* da, S* dv, const S* states, S* dh) {
  const std::int64_t m = blockIdx.y, j = blockIdx.x * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  const auto T = in.T, K = in.K, V = in.V;
  if (j >= V) return;
  gated_recurrence_backward<S>(in.q + m * T * K, in.k + m * T * K, in.a ? in.a + m * T * K : nullptr, in.v + m * T * V,
                               states + m * (T + 1) * K * V, d_o + m * T * V, dh + m * K * V, dq + m * T * K, dk + m * T * K,
                               in.a ? da + m * T * K : nullptr, dv + m * T * V, T, K, V, j, j + 1);
}

dim3 blocks(std::int64_t channels, std::int64_t sequences) {
  return dim3(static_cast<unsigned>((channels + kThreads - 1) / kThreads), static_cast<unsigned>(sequences));
}

}  // namespace

template <class S>
void selective_scan_cuda(const SelectiveScan<S>& in, S* y, S* h, void* stream) {
  scan<S><<<blocks(in.I, in.M), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(in, y, h, nullptr);
  check(cudaGetLastError());
}

template <class S>
void selective_scan_backward_cuda(const SelectiveScan<S>& in, const S* dy, S* du, S* ddelta, S* dA, S* dB, S* dC, S* h, S* states, S* y,
                                  S* dh, void* stream) {
  const auto s = static_cast<cudaStream_t>(stream);
  scan<S><<<blocks(in.I, in.M), kThreads, 0, s>>>(in, y, h, states);
  scan_backward<S><<<blocks(in.I, in.M), kThreads, 0, s>>>(in, dy, du, ddelta, dA, dB, dC, states, dh);
  check(cudaGetLastError());
}

template <class S>
void gated_recurrence_cuda(const GatedRecurrence<S>& in, S* o, S* h, void* stream) {
  recurrence<S><<<blocks(in.V, in.M), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(in, o, h, nullptr);
  check(cudaGetLastError());
}

template <class S>
void gated_recurrence_backward_cuda(const GatedRecurrence<S>& in, const S* d_o, S* dq, S* dk, S* da, S* dv, S* h, S* states, S* o, S* dh,
                                    void* stream) {
  const auto s = static_cast<cudaStream_t>(stream);
  recurrence<S><<<blocks(in.V, in.M), kThreads, 0, s>>>(in, o, h, states);
  recurrence_backward<S><<<blocks(in.V, in.M), kThreads, 0, s>>>(in, d_o, dq, dk, da, dv, states, dh);
  check(cudaGetLastError());
}

#define MADSEARCH_INSTANTIATE(S)                                                                                                       \
  template void selective_scan_cuda<S>(const SelectiveScan<S>&, S*, S*, void*);                                                        \
  template void selective_scan_backward_cuda<S>(const SelectiveScan<S>&, const S*, S*, S*, S*, S*, S*, S*, S*, S*, S*, void*);         \
  template void gated_recurrence_cuda<S>(const GatedRecurrence<S>&, S*, S*, void*);                                                    \
  template void gated_recurrence_backward_cuda<S>(const GatedRecurrence<S>&, const S*, S*, S*, S*, S*, S*, S*, S*, S*, void*);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
