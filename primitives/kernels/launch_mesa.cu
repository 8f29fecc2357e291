#include "primitives/kernels/cuda_launch.h"
#include "primitives/kernels/launch_mesa.h"
#include "primitives/kernels/mesa.h"

namespace madsearch::kernels {
namespace {

constexpr int kThreads = 64;  // one block a head of a sequence

template <class S>
__global__ void regression(Mesa<S> in, S* state, S* o, S* marks, S* scratch, std::int64_t mark_count,
                           std::int64_t scratch_size) {
  const std::int64_t m = blockIdx.x, size = 2 * in.F * in.F;
  mesa<0>(Block(), head(in, m), state + m * size, o ? o + m * in.T * in.F : nullptr,
          marks ? marks + m * mark_count * size : nullptr, scratch + m * scratch_size);
}

template <class S>
__global__ void regression_backward(Mesa<S> in, const S* marks, const S* d_o, S* d_state, MesaGradients<S> out,
                                    S* scratch, std::int64_t mark_count, std::int64_t scratch_size) {
  const std::int64_t m = blockIdx.x, size = 2 * in.F * in.F;
  mesa_backward<0>(Block(), head(in, m), marks + m * mark_count * size, d_o + m * in.T * in.F, d_state + m * size,
                   head(in, out, m), scratch + m * scratch_size);
}

}  // namespace

template <class S>
void mesa_cuda(const Mesa<S>& in, S* state, S* o, S* scratch, void* stream) {
  launch(regression<S>, static_cast<unsigned>(in.M), kThreads, 0, stream, in, state, o, nullptr, scratch, 0,
         in.scratch());
}

template <class S>
void mesa_backward_cuda(const Mesa<S>& in, S* state, const S* d_o, S* d_state, const MesaGradients<S>& out, S* marks,
                        S* scratch, void* stream) {
  const auto blocks = static_cast<unsigned>(in.M);
  launch(regression<S>, blocks, kThreads, 0, stream, in, state, nullptr, marks, scratch, in.marks(),
         in.backward_scratch());
  launch(regression_backward<S>, blocks, kThreads, 0, stream, in, marks, d_o, d_state, out, scratch, in.marks(),
         in.backward_scratch());
}

#define MADSEARCH_INSTANTIATE(S)                                 \
  template void mesa_cuda<S>(const Mesa<S>&, S*, S*, S*, void*); \
  template void mesa_backward_cuda<S>(const Mesa<S>&, S*, const S*, S*, const MesaGradients<S>&, S*, S*, void*);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
