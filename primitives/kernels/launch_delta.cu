#include "primitives/kernels/cuda_launch.h"
#include "primitives/kernels/delta_recurrence.h"
#include "primitives/kernels/launch_delta.h"

namespace madsearch::kernels {
namespace {

constexpr int kThreads = 64;  // one thread a value channel of one head

template <class S>
__global__ void delta(DeltaRecurrence<S> in, S* o, S* h, S* change) {
  const std::int64_t m = blockIdx.x, j = blockIdx.y * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  if (j < in.V) delta_recurrence<S, S>(in, m, j, o, h + m * in.K * in.V, change);
}

template <class S>
__global__ void delta_backward(DeltaRecurrence<S> in, const S* change, const S* d_o, DeltaGradients<S> d, S* dh,
                               S* states) {
  const std::int64_t m = blockIdx.x, j = blockIdx.y * static_cast<std::int64_t>(kThreads) + threadIdx.x;
  if (j >= in.V) return;
  const auto K = in.K, V = in.V, H = in.H, steps = in.T * in.steps;
  const auto token = m / H * in.T * H + m % H, step = m / H * steps * H + m % H;  // this head's first rows
  const auto at = [](auto* rows, std::int64_t first) { return rows ? rows + first : nullptr; };
  const DeltaHead<S> head = {.q = in.q + token * K,
                             .w = at(in.w, token * K),
                             .a = in.a + step * K,
                             .b = in.b + step * K,
                             .k = at(in.k, step * K),
                             .v = in.v + step * V,
                             .change = change + step * V,
                             .d_o = d_o + token * V,
                             .dq = d.q + token * K,
                             .dw = at(d.w, token * K),
                             .da = d.a + step * K,
                             .db = d.b + step * K,
                             .dk = at(d.k, step * K),
                             .dv = d.v + step * V,
                             .T = in.T,
                             .steps = in.steps,
                             .K = K,
                             .V = V,
                             .key_row = H * K,
                             .value_row = H * V};
  states += m * (steps + 1) * V * K;
  S du;
  delta_states<S, S>(head, states, j, j + 1);
  delta_recurrence_backward<S, S>(head, states, dh + m * V * K, &du, j, j + 1);
}

}  // namespace

template <class S>
void delta_recurrence_cuda(const DeltaRecurrence<S>& in, S* o, S* h, S* change, void* stream) {
  launch(delta<S>, sequences_by_channels(in.N * in.H, in.V, kThreads), kThreads, 0, stream, in, o, h, change);
}

template <class S>
void delta_recurrence_backward_cuda(const DeltaRecurrence<S>& in, const S* change, const S* d_o,
                                    const DeltaGradients<S>& d, S* dh, S* states, void* stream) {
  launch(delta_backward<S>, sequences_by_channels(in.N * in.H, in.V, kThreads), kThreads, 0, stream, in, change, d_o, d,
         dh, states);
}

#define MADSEARCH_INSTANTIATE(S)                                                                 \
  template void delta_recurrence_cuda<S>(const DeltaRecurrence<S>&, S*, S*, S*, void*);          \
  template void delta_recurrence_backward_cuda<S>(const DeltaRecurrence<S>&, const S*, const S*, \
                                                  const DeltaGradients<S>&, S*, S*, void*);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
