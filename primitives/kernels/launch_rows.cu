#include <algorithm>

#include "primitives/kernels/cuda_launch.h"
#include "primitives/kernels/launch_rows.h"

namespace madsearch::kernels {
namespace {

constexpr int kThreads = 256, kWarps = kThreads / 32;
constexpr int kOfLane = static_cast<int>(kMostNormed) / 32;  // numbers of a row that a lane may hold
constexpr std::int64_t kMostBlocks = 256;                    // of a replica's rows: enough to fill a GPU
constexpr std::int64_t kRun = 64;                            // tokens at least of a run

template <class S>
__device__ S warp_sum(S x) {
#pragma unroll
  for (int apart = 1; apart < 32; apart *= 2) x += __shfl_xor_sync(0xffffffffu, x, apart);
  return x;
}

/// A row as the lanes of a warp hold it: lane l has numbers l, l + 32, ...
template <class X, class S>
__device__ void read_row(const X* row, std::int64_t D, int lane, S (&to)[kOfLane]) {
#pragma unroll
  for (int i = 0; i < kOfLane; ++i) {
    if (i * 32 >= D) break;
    to[i] = i * 32 + lane < D ? wide(row[i * 32 + lane]) : S(0);
  }
}

template <class S>
__device__ S row_product(const S (&a)[kOfLane], const S (&b)[kOfLane], std::int64_t D) {
  S sum = 0;
#pragma unroll
  for (int i = 0; i < kOfLane; ++i) {
    if (i * 32 >= D) break;
    sum += a[i] * b[i];
  }
  return warp_sum(sum);
}

/// A warp a row.
template <class X, class S>
__global__ void __launch_bounds__(kThreads) norm(NormRows<X, S> in, S eps, S* y) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const auto row = static_cast<std::int64_t>(blockIdx.x) * kWarps + threadIdx.x / 32;
  if (row >= in.R * in.rows) return;
  S x[kOfLane];
  read_row(in.x + row * in.row, in.D, lane, x);
  const S r = S(1) / std::sqrt(row_product(x, x, in.D) / static_cast<S>(in.D) + eps);
  const S* w = in.w + row / in.rows * in.D;
#pragma unroll
  for (int i = 0; i < kOfLane; ++i) {
    if (i * 32 >= in.D) break;
    if (i * 32 + lane < in.D) y[row * in.D + i * 32 + lane] = x[i] * r * w[i * 32 + lane];
  }
}

/// blockIdx.y is the replica, whose rows the blocks along x take in turn.
template <class X, class S>
__global__ void __launch_bounds__(kThreads)
    norm_backward(NormRows<X, S> in, S eps, const S* dy, X* dx, S* dw, std::int64_t blocks) {
  S* shared = shared_memory<S>();  // [warps, D]
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  const std::int64_t replica = blockIdx.y;
  S w[kOfLane], of_w[kOfLane] = {};
  read_row(in.w + replica * in.D, in.D, lane, w);
  for (auto n = static_cast<std::int64_t>(blockIdx.x) * kWarps + warp; n < in.rows; n += blocks * kWarps) {
    const auto row = replica * in.rows + n;
    S x[kOfLane], above[kOfLane];
    read_row(in.x + row * in.row, in.D, lane, x);
    read_row(dy + row * in.D, in.D, lane, above);
    const S r = S(1) / std::sqrt(row_product(x, x, in.D) / static_cast<S>(in.D) + eps);
    S dot = 0;
#pragma unroll
    for (int i = 0; i < kOfLane; ++i) {
      if (i * 32 >= in.D) break;
      of_w[i] += above[i] * x[i] * r;
      above[i] *= w[i];
      dot += above[i] * x[i];
    }
    const S k = warp_sum(dot) * r * r * r / static_cast<S>(in.D);
#pragma unroll
    for (int i = 0; i < kOfLane; ++i) {
      if (i * 32 >= in.D) break;
      if (i * 32 + lane < in.D) dx[row * in.D + i * 32 + lane] = Narrow<X, S>::of(above[i] * r - x[i] * k);
    }
  }
#pragma unroll
  for (int i = 0; i < kOfLane; ++i) {
    if (i * 32 >= in.D) break;
    if (i * 32 + lane < in.D) shared[warp * in.D + i * 32 + lane] = of_w[i];
  }
  __syncthreads();
  for (auto c = static_cast<std::int64_t>(threadIdx.x); c < in.D; c += kThreads) {
    S sum = 0;
    for (int i = 0; i < kWarps; ++i) sum += shared[i * in.D + c];
    dw[(static_cast<std::int64_t>(blockIdx.x) * in.R + replica) * in.D + c] = sum;
  }
}

template <class X>
using Computed = decltype(wide(X{}));

/// A block a row or more, its threads along D.
template <class X>
__global__ void __launch_bounds__(kThreads) gate(GateRows<X> in, X* y) {
  using S = Computed<X>;
  const auto n = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (n >= in.rows * in.D) return;
  const auto row = n / in.D, c = n % in.D;
  const S a = wide(in.a[row * in.a_row + c]), b = wide(in.b[row * in.b_row + c]);
  y[n] = Narrow<X, S>::of(a * b / (1 + exponential(-a)));
}

template <class X>
__global__ void __launch_bounds__(kThreads) gate_backward(GateRows<X> in, const X* dy, X* da, X* db) {
  using S = Computed<X>;
  const auto n = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (n >= in.rows * in.D) return;
  const auto row = n / in.D, c = n % in.D;
  const S a = wide(in.a[row * in.a_row + c]), b = wide(in.b[row * in.b_row + c]), g = wide(dy[n]);
  const S s = S(1) / (1 + exponential(-a));
  db[n] = Narrow<X, S>::of(g * a * s);
  da[n] = Narrow<X, S>::of(g * b * s * (1 + a * (1 - s)));
}

template <class X, class S>
__global__ void __launch_bounds__(kThreads) convolution(ConvolutionRows<X, S> in, S* y) {
  const auto n = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (n >= in.M * in.T * in.C) return;
  const auto c = n % in.C, token = n / in.C, t = token % in.T, r = token / in.T / (in.M / in.R);
  const S* w = in.w + r * in.taps * in.C + c;
  S sum = in.bias ? in.bias[r * in.C + c] : S(0);
  for (std::int64_t lag = 0; lag < in.taps && lag <= t; ++lag)
    sum += w[lag * in.C] * wide(in.x[(token - lag) * in.row + c]);
  y[n] = sum;
}

template <class X, class S>
__global__ void __launch_bounds__(kThreads) convolution_of_gradient(ConvolutionRows<X, S> in, const S* dy, X* dx) {
  const auto n = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (n >= in.M * in.T * in.C) return;
  const auto c = n % in.C, token = n / in.C, t = token % in.T, r = token / in.T / (in.M / in.R);
  const S* w = in.w + r * in.taps * in.C + c;
  S sum = 0;
  for (std::int64_t lag = 0; lag < in.taps && t + lag < in.T; ++lag) sum += w[lag * in.C] * dy[n + lag * in.C];
  dx[n] = Narrow<X, S>::of(sum);
}

/// A thread a channel and run of tokens: blockIdx.x is the run, blockIdx.z the replica.
template <class X, class S>
__global__ void __launch_bounds__(kThreads)
    convolution_weights(ConvolutionRows<X, S> in, const S* dy, S* dw, S* dbias, std::int64_t run) {
  const auto c = static_cast<std::int64_t>(blockIdx.y) * kThreads + threadIdx.x;
  if (c >= in.C) return;
  const std::int64_t r = blockIdx.z, tokens = in.M / in.R * in.T;
  const auto first = static_cast<std::int64_t>(blockIdx.x) * run, last = first + run < tokens ? first + run : tokens;
  S of_w[kMostTaps] = {}, of_bias = 0;
  for (auto token = first; token < last; ++token) {
    const auto t = token % in.T, at = r * tokens + token;
    const S above = dy[at * in.C + c];
    of_bias += above;
#pragma unroll
    for (int lag = 0; lag < kMostTaps; ++lag)
      if (lag < in.taps && lag <= t) of_w[lag] += above * wide(in.x[(at - lag) * in.row + c]);
  }
  const auto part = static_cast<std::int64_t>(blockIdx.x) * in.R + r;
#pragma unroll
  for (int lag = 0; lag < kMostTaps; ++lag)
    if (lag < in.taps) dw[(part * in.taps + lag) * in.C + c] = of_w[lag];
  if (dbias) dbias[part * in.C + c] = of_bias;
}

dim3 one_each(std::int64_t numbers) { return dim3(static_cast<unsigned>((numbers + kThreads - 1) / kThreads)); }

/// Tokens of a run.
std::int64_t run_of(std::int64_t tokens) { return std::max(kRun, (tokens + kMostBlocks - 1) / kMostBlocks); }

}  // namespace

std::int64_t norm_blocks(std::int64_t rows) { return std::min(kMostBlocks, (rows + kWarps - 1) / kWarps); }

template <class X, class S>
void rms_norm_cuda(const NormRows<X, S>& in, S eps, S* y, void* stream) {
  const auto blocks = dim3(static_cast<unsigned>((in.R * in.rows + kWarps - 1) / kWarps));
  launch(norm<X, S>, blocks, kThreads, 0, stream, in, eps, y);
}

template <class X, class S>
void rms_norm_backward_cuda(const NormRows<X, S>& in, S eps, const S* dy, X* dx, S* dw, void* stream) {
  const auto blocks = norm_blocks(in.rows);
  const auto grid = dim3(static_cast<unsigned>(blocks), static_cast<unsigned>(in.R));
  launch(norm_backward<X, S>, grid, kThreads, static_cast<std::size_t>(kWarps * in.D) * sizeof(S), stream, in, eps, dy,
         dx, dw, blocks);
}

template <class X>
void silu_gate_cuda(const GateRows<X>& in, X* y, void* stream) {
  launch(gate<X>, one_each(in.rows * in.D), kThreads, 0, stream, in, y);
}

template <class X>
void silu_gate_backward_cuda(const GateRows<X>& in, const X* dy, X* da, X* db, void* stream) {
  launch(gate_backward<X>, one_each(in.rows * in.D), kThreads, 0, stream, in, dy, da, db);
}

std::int64_t convolution_runs(std::int64_t sequences, std::int64_t T) {
  const auto run = run_of(sequences * T);
  return (sequences * T + run - 1) / run;
}

template <class X, class S>
void short_conv_cuda(const ConvolutionRows<X, S>& in, S* y, void* stream) {
  launch(convolution<X, S>, one_each(in.M * in.T * in.C), kThreads, 0, stream, in, y);
}

template <class X, class S>
void short_conv_backward_cuda(const ConvolutionRows<X, S>& in, const S* dy, X* dx, S* dw, S* dbias, void* stream) {
  launch(convolution_of_gradient<X, S>, one_each(in.M * in.T * in.C), kThreads, 0, stream, in, dy, dx);
  const auto tokens = in.M / in.R * in.T;
  const auto grid = dim3(static_cast<unsigned>(convolution_runs(in.M / in.R, in.T)),
                         static_cast<unsigned>((in.C + kThreads - 1) / kThreads), static_cast<unsigned>(in.R));
  launch(convolution_weights<X, S>, grid, kThreads, 0, stream, in, dy, dw, dbias, run_of(tokens));
}

#define MADSEARCH_INSTANTIATE(X, S)                                                              \
  template void rms_norm_cuda<X, S>(const NormRows<X, S>&, S, S*, void*);                        \
  template void rms_norm_backward_cuda<X, S>(const NormRows<X, S>&, S, const S*, X*, S*, void*); \
  template void silu_gate_cuda<X>(const GateRows<X>&, X*, void*);                                \
  template void silu_gate_backward_cuda<X>(const GateRows<X>&, const X*, X*, X*, void*);         \
  template void short_conv_cuda<X, S>(const ConvolutionRows<X, S>&, S*, void*);                  \
  template void short_conv_backward_cuda<X, S>(const ConvolutionRows<X, S>&, const S*, X*, S*, S*, void*);
MADSEARCH_INSTANTIATE(float, float)
MADSEARCH_INSTANTIATE(double, double)
MADSEARCH_INSTANTIATE(BFloat16, float)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
