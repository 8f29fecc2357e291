#include <algorithm>
#include <stdexcept>
#include <string>

#include "primitives/kernels/cuda_launch.h"
#include "primitives/kernels/launch.h"

namespace madsearch::kernels {
namespace {

/// How N states of a channel are shared out: kSegments threads next to each other keep kStates of them each, in
/// registers.
template <int kStatesOf, int kSegmentsOf>
struct Sharing {
  static constexpr int kStates = kStatesOf, kSegments = kSegmentsOf, kAll = kStates * kSegments;
  static constexpr int kThreads = kSegments == 32 ? 64 : 256, kChannels = kThreads / kSegments;  // of a block
  static constexpr int kChunk = kSegments > 8 ? 4 : 8;  // tokens from one state that is kept to the next
};

/// Where a thread stands.
template <class S, class Shared>
struct Channel {
  static constexpr int kStates = Shared::kStates, kSegments = Shared::kSegments, kChunk = Shared::kChunk;
  std::int64_t m, c;
  int segment, lane;  // lane: of the warp's channels
  bool alive;

  __device__ explicit Channel(const SelectiveScan<S>& in)
      : m(blockIdx.x),
        c(static_cast<std::int64_t>(blockIdx.y) * Shared::kChannels + threadIdx.x / kSegments),
        segment(static_cast<int>(threadIdx.x) % kSegments),
        lane(static_cast<int>(threadIdx.x) % 32 / kSegments),
        alive(c < in.I) {}
  /// The thread's part of matrix `i` of [matrices, N, I]; zeros if there are none.
  __device__ void load(const SelectiveScan<S>& in, const S* matrices, std::int64_t i, S (&to)[kStates]) const {
#pragma unroll
    for (int n = 0; n < kStates; ++n) {
      const auto state = segment * kStates + n;
      to[n] = matrices && alive && state < in.N ? matrices[(i * in.N + state) * in.I + c] : S(0);
    }
  }
  __device__ void store(const SelectiveScan<S>& in, S* matrices, std::int64_t i, const S (&from)[kStates]) const {
    if (!matrices || !alive) return;
#pragma unroll
    for (int n = 0; n < kStates; ++n) {
      const auto state = segment * kStates + n;
      if (state < in.N) matrices[(i * in.N + state) * in.I + c] = from[n];
    }
  }
  /// Its numbers of `count` tokens from `first` on, of [M, T, I]; zeros beyond.
  __device__ void tokens(const SelectiveScan<S>& in, const S* from, std::int64_t first, int count,
                         S (&to)[kChunk]) const {
#pragma unroll
    for (int t = 0; t < kChunk; ++t) to[t] = alive && t < count ? from[(m * in.T + first + t) * in.I + c] : S(0);
  }
  __device__ static S sum_of_segments(S x) {
#pragma unroll
    for (int apart = 1; apart < kSegments; apart *= 2) x += __shfl_xor_sync(0xffffffffu, x, apart);
    return x;
  }
};

/// B or C of a chunk of tokens, for all channels of a block.
template <class S, class Shared>
struct Rows {
  S number[Shared::kChunk][Shared::kAll];

  __device__ void fetch(const SelectiveScan<S>& in, const S* from, std::int64_t m, std::int64_t first, int count) {
    for (int i = static_cast<int>(threadIdx.x); i < Shared::kChunk * Shared::kAll; i += Shared::kThreads) {
      const int t = i / Shared::kAll, n = i % Shared::kAll;
      number[t][n] = t < count && n < in.N ? from[(m * in.T + first + t) * in.N + n] : S(0);
    }
  }
};

template <class S, class Shared>
struct InputRows {
  Rows<S, Shared> B, C;
};

/// Gradients of B, then of C, of a chunk of tokens, from the channels of each warp.
template <class S, class Shared>
using WarpRows = S[Shared::kChunk][Shared::kThreads / 32][2 * Shared::kAll];

template <class Shared, class S>
__device__ int tokens_left(const SelectiveScan<S>& in, std::int64_t first) {
  return static_cast<int>(in.T - first < Shared::kChunk ? in.T - first : Shared::kChunk);
}

/// y, or with `kept` [M, chunks, N, I] the states before each chunk.
template <class S, class Shared, bool kKeep>
__global__ void __launch_bounds__(Shared::kThreads)
    scan(SelectiveScan<S> in, const S* initial, S* y, S* last, S* kept) {
  constexpr int kStates = Shared::kStates, kChunk = Shared::kChunk;
  auto& [B, C] = *reinterpret_cast<InputRows<S, Shared>*>(shared_memory<S>());
  const Channel<S, Shared> channel(in);
  S A[kStates], h[kStates], u[kChunk], delta[kChunk];
  channel.load(in, in.A, channel.m / (in.M / in.R), A);
  channel.load(in, initial, channel.m, h);
  const auto chunks = (in.T + kChunk - 1) / kChunk;
  for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
    const auto first = chunk * kChunk;
    const int count = tokens_left<Shared>(in, first), part = channel.segment * kStates;
    __syncthreads();
    B.fetch(in, in.B, channel.m, first, count);
    if (!kKeep) C.fetch(in, in.C, channel.m, first, count);
    __syncthreads();
    channel.tokens(in, in.u, first, count, u);
    channel.tokens(in, in.delta, first, count, delta);
    if (kKeep) channel.store(in, kept, channel.m * chunks + chunk, h);
#pragma unroll
    for (int t = 0; t < kChunk; ++t) {
      S out = 0;
#pragma unroll
      for (int n = 0; n < kStates; ++n) {
        h[n] = exponential(delta[t] * A[n]) * h[n] + delta[t] * B.number[t][part + n] * u[t];
        if (!kKeep) out += C.number[t][part + n] * h[n];
      }
      if (kKeep) continue;
      out = channel.sum_of_segments(out);
      if (channel.alive && channel.segment == 0 && t < count)
        y[(channel.m * in.T + first + t) * in.I + channel.c] = out;
    }
  }
  channel.store(in, last, channel.m, h);
}

/// 2 kStates numbers of a thread, each summed over the channels of its warp. Halves of them change places, so that it
/// takes about as many shuffles as there are numbers; `at` says which of the sums the thread is left with, kLeft in a
/// row.
template <class S, class Shared>
struct WarpSums {
  static constexpr int kStates = Shared::kStates, kSegments = Shared::kSegments, kLanes = 32 / kSegments,
                       kAll = 2 * kStates, kLeft = kLanes >= kAll ? 1 : kAll / kLanes;
  S number[kAll];
  int at = 0;

  /// Of the lanes that are left with the same sum.
  __device__ static bool is_first(int lane) { return kLanes <= kAll || lane % (kLanes / kAll) == 0; }

  __device__ void reduce(int lane) {
    int count = kAll;
    at = 0;
#pragma unroll
    for (int apart = kLanes / 2; apart > 0; apart /= 2) {
      const bool upper = lane & apart;
      if (count > 1) {
        count /= 2;
#pragma unroll
        for (int i = 0; i < kStates; ++i) {
          if (i >= count) continue;
          const S mine = upper ? number[count + i] : number[i], theirs = upper ? number[i] : number[count + i];
          number[i] = mine + __shfl_xor_sync(0xffffffffu, theirs, apart * kSegments);
        }
        if (upper) at += count;
      } else {
        number[0] += __shfl_xor_sync(0xffffffffu, number[0], apart * kSegments);
      }
    }
  }
};

/// dA [M, N, I]; dB and dC [channel blocks, M, T, N], of the channels of each block.
template <class S, class Shared>
__global__ void __launch_bounds__(Shared::kThreads, 2)
    scan_backward(SelectiveScan<S> in, const S* kept, const S* dy, const S* d_last, SelectiveGradients<S> d,
                  S* d_initial) {
  constexpr int kStates = Shared::kStates, kChunk = Shared::kChunk, kWarps = Shared::kThreads / 32,
                kRow = 2 * Shared::kAll;
  auto& [B, C] = *reinterpret_cast<InputRows<S, Shared>*>(shared_memory<S>());
  auto& sums = *reinterpret_cast<WarpRows<S, Shared>*>(shared_memory<S>() + sizeof(InputRows<S, Shared>) / sizeof(S));
  const Channel<S, Shared> channel(in);
  S A[kStates], dh[kStates], dA[kStates] = {};
  channel.load(in, in.A, channel.m / (in.M / in.R), A);
  channel.load(in, d_last, channel.m, dh);
  const auto chunks = (in.T + kChunk - 1) / kChunk;
  const int part = channel.segment * kStates, warp = static_cast<int>(threadIdx.x) / 32;
  for (auto chunk = chunks - 1; chunk >= 0; --chunk) {
    const auto first = chunk * kChunk;
    const int count = tokens_left<Shared>(in, first);
    B.fetch(in, in.B, channel.m, first, count);
    C.fetch(in, in.C, channel.m, first, count);
    __syncthreads();
    S u[kChunk], delta[kChunk], above[kChunk], h[kStates], before[kChunk][kStates];
    channel.tokens(in, in.u, first, count, u);
    channel.tokens(in, in.delta, first, count, delta);
    channel.tokens(in, dy, first, count, above);
    channel.load(in, kept, channel.m * chunks + chunk, h);
#pragma unroll
    for (int t = 0; t < kChunk; ++t)
#pragma unroll
      for (int n = 0; n < kStates; ++n) {
        before[t][n] = h[n];
        h[n] = exponential(delta[t] * A[n]) * h[n] + delta[t] * B.number[t][part + n] * u[t];
      }
#pragma unroll
    for (int t = kChunk - 1; t >= 0; --t) {
      WarpSums<S, Shared> of;
      S du = 0, ddelta = 0;
#pragma unroll
      for (int n = 0; n < kStates; ++n) {
        const S b = B.number[t][part + n], a = exponential(delta[t] * A[n]);
        const S gradient = dh[n] + C.number[t][part + n] * above[t];
        const S of_exponent = gradient * before[t][n] * a;
        of.number[n] = gradient * delta[t] * u[t];
        of.number[kStates + n] = above[t] * h[n];
        du += gradient * delta[t] * b;
        ddelta += of_exponent * A[n] + gradient * b * u[t];
        dA[n] += of_exponent * delta[t];
        dh[n] = gradient * a;
        h[n] = before[t][n];
      }
      du = channel.sum_of_segments(du);
      ddelta = channel.sum_of_segments(ddelta);
      if (channel.alive && channel.segment == 0 && t < count) {
        d.u[(channel.m * in.T + first + t) * in.I + channel.c] = du;
        d.delta[(channel.m * in.T + first + t) * in.I + channel.c] = ddelta;
      }
      of.reduce(channel.lane);
#pragma unroll
      for (int i = 0; i < WarpSums<S, Shared>::kLeft; ++i) {
        if (!of.is_first(channel.lane)) continue;
        const int which = of.at + i, n = which % kStates;
        sums[t][warp][(which < kStates ? 0 : Shared::kAll) + part + n] = of.number[i];
      }
    }
    __syncthreads();
    for (int i = static_cast<int>(threadIdx.x); i < count * kRow; i += Shared::kThreads) {
      const int t = i / kRow, n = i % kRow, state = n % Shared::kAll;
      if (state >= in.N) continue;
      S sum = 0;
      for (int w = 0; w < kWarps; ++w) sum += sums[t][w][n];
      S* to = n < Shared::kAll ? d.B : d.C;
      to[((blockIdx.y * in.M + channel.m) * in.T + first + t) * in.N + state] = sum;
    }
  }
  channel.store(in, d.A, channel.m, dA);
  channel.store(in, d_initial, channel.m, dh);
}

/// Calls body.operator()<Shared>() with the sharing that N states need.
template <class Body>
void with_sharing(std::int64_t N, Body&& body) {
  if (N <= 4)
    body.template operator()<Sharing<4, 1>>();
  else if (N <= 8)
    body.template operator()<Sharing<4, 2>>();
  else if (N <= 16)
    body.template operator()<Sharing<4, 4>>();
  else if (N <= 32)
    body.template operator()<Sharing<4, 8>>();
  else if (N <= 64)
    body.template operator()<Sharing<4, 16>>();
  else if (N <= 128)
    body.template operator()<Sharing<4, 32>>();
  else if (N <= 256)
    body.template operator()<Sharing<8, 32>>();
  else
    throw std::invalid_argument("a selective scan of " + std::to_string(N) +
                                " states a channel: a GPU takes at most 256");
}

template <class Shared, class S>
dim3 blocks(const SelectiveScan<S>& in) {
  return dim3(static_cast<unsigned>(in.M), static_cast<unsigned>((in.I + Shared::kChannels - 1) / Shared::kChannels));
}

}  // namespace

SelectiveParts selective_parts(std::int64_t T, std::int64_t I, std::int64_t N) {
  SelectiveParts out{};
  with_sharing(N, [&]<class Shared>() {
    out = {(I + Shared::kChannels - 1) / Shared::kChannels, (T + Shared::kChunk - 1) / Shared::kChunk};
  });
  return out;
}

template <class S>
void selective_scan_cuda(const SelectiveScan<S>& in, const S* initial, S* y, S* last, void* stream) {
  with_sharing(in.N, [&]<class Shared>() {
    launch(scan<S, Shared, false>, blocks<Shared>(in), Shared::kThreads, sizeof(InputRows<S, Shared>), stream, in,
           initial, y, last, nullptr);
  });
}

template <class S>
void selective_scan_backward_cuda(const SelectiveScan<S>& in, const S* initial, const S* dy, const S* d_last,
                                  const SelectiveGradients<S>& d, S* kept, S* d_initial, void* stream) {
  with_sharing(in.N, [&]<class Shared>() {
    constexpr auto kRows = sizeof(InputRows<S, Shared>);
    launch(scan<S, Shared, true>, blocks<Shared>(in), Shared::kThreads, kRows, stream, in, initial, nullptr, nullptr,
           kept);
    launch(scan_backward<S, Shared>, blocks<Shared>(in), Shared::kThreads, kRows + sizeof(WarpRows<S, Shared>), stream,
           in, kept, dy, d_last, d, d_initial);
  });
}

#define MADSEARCH_INSTANTIATE(S)                                                                       \
  template void selective_scan_cuda<S>(const SelectiveScan<S>&, const S*, S*, S*, void*);              \
  template void selective_scan_backward_cuda<S>(const SelectiveScan<S>&, const S*, const S*, const S*, \
                                                const SelectiveGradients<S>&, S*, S*, void*);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
