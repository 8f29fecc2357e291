#include "primitives/kernels/cuda_launch.h"
#include "primitives/kernels/gated_scan.h"
#include "primitives/kernels/launch_scan.h"

namespace madsearch::kernels {
namespace {

constexpr int kThreads = 128;  // one thread a channel

template <bool kLogarithm, class S>
__global__ void scan_channels(GatedScan<S> in, S* h) {
  const std::int64_t m = blockIdx.x, c = blockIdx.y * static_cast<std::int64_t>(kThreads) + threadIdx.x,
                     at = m * in.T * in.C;
  if (c >= in.C) return;
  gated_scan<kLogarithm, S>(in.a + at, in.b + at, in.before ? in.before + m * in.C : nullptr, h + at, in.T, in.C, c,
                            c + 1);
}

template <bool kLogarithm, class S>
__global__ void scan_channels_backward(GatedScan<S> in, const S* h, const S* dy, S* dh, S* da, S* db) {
  const std::int64_t m = blockIdx.x, c = blockIdx.y * static_cast<std::int64_t>(kThreads) + threadIdx.x,
                     at = m * in.T * in.C;
  if (c >= in.C) return;
  gated_scan_backward<kLogarithm, S>(in.a + at, in.before ? in.before + m * in.C : nullptr, h + at, dy + at,
                                     dh + m * in.C, da + at, db + at, in.T, in.C, c, c + 1);
}

}  // namespace

template <bool kLogarithm, class S>
void gated_scan_cuda(const GatedScan<S>& in, S* h, void* stream) {
  launch(scan_channels<kLogarithm, S>, sequences_by_channels(in.M, in.C, kThreads), kThreads, 0, stream, in, h);
}

template <bool kLogarithm, class S>
void gated_scan_backward_cuda(const GatedScan<S>& in, const S* h, const S* dy, S* dh, S* da, S* db, void* stream) {
  launch(scan_channels_backward<kLogarithm, S>, sequences_by_channels(in.M, in.C, kThreads), kThreads, 0, stream, in, h,
         dy, dh, da, db);
}

#define MADSEARCH_INSTANTIATE(kLogarithm, S)                                    \
  template void gated_scan_cuda<kLogarithm, S>(const GatedScan<S>&, S*, void*); \
  template void gated_scan_backward_cuda<kLogarithm, S>(const GatedScan<S>&, const S*, const S*, S*, S*, S*, void*);
MADSEARCH_INSTANTIATE(false, float)
MADSEARCH_INSTANTIATE(true, float)
MADSEARCH_INSTANTIATE(false, double)
MADSEARCH_INSTANTIATE(true, double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
