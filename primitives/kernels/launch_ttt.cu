#include "primitives/kernels/cuda_launch.h"
#include "primitives/kernels/launch_ttt.h"
#include "primitives/kernels/ttt_linear.h"

namespace madsearch::kernels {
namespace {

constexpr int kThreads = 128;  // one block a head of a sequence

template <class S>
__global__ void inner_training(TttLinear<S> in, S* W, S* b, S* z, S* states, S* scratch, std::int64_t scratch_size) {
  const std::int64_t m = blockIdx.x, F = in.F, batches = (in.T + in.n - 1) / in.n;
  ttt_linear(Block(), head(in, m), W + m * F * F, b + m * F, z ? z + m * in.T * F : nullptr,
             states ? states + m * batches * (F * F + F) : nullptr, scratch + m * scratch_size);
}

template <class S>
__global__ void inner_training_backward(TttLinear<S> in, const S* states, const S* dz, S* dW, S* db,
                                        TttLinearGradients<S> out, S* scratch, std::int64_t scratch_size) {
  const std::int64_t m = blockIdx.x, F = in.F, batches = (in.T + in.n - 1) / in.n;
  ttt_linear_backward(Block(), head(in, m), states + m * batches * (F * F + F), dz + m * in.T * F, dW + m * F * F,
                      db + m * F, head(in, out, m), scratch + m * scratch_size);
}

}  // namespace

template <class S>
void ttt_linear_cuda(const TttLinear<S>& in, S* W, S* b, S* z, S* scratch, void* stream) {
  launch(inner_training<S>, static_cast<unsigned>(in.M), kThreads, 0, stream, in, W, b, z, nullptr, scratch,
         ttt_linear_scratch(in.F, in.n));
}

template <class S>
void ttt_linear_backward_cuda(const TttLinear<S>& in, S* W, S* b, const S* dz, S* dW, S* db,
                              const TttLinearGradients<S>& out, S* states, S* scratch, void* stream) {
  const auto blocks = static_cast<unsigned>(in.M);
  const auto size = ttt_linear_backward_scratch(in.F, in.n);
  launch(inner_training<S>, blocks, kThreads, 0, stream, in, W, b, nullptr, states, scratch, size);
  launch(inner_training_backward<S>, blocks, kThreads, 0, stream, in, states, dz, dW, db, out, scratch, size);
}

#define MADSEARCH_INSTANTIATE(S)                                                           \
  template void ttt_linear_cuda<S>(const TttLinear<S>&, S*, S*, S*, S*, void*);            \
  template void ttt_linear_backward_cuda<S>(const TttLinear<S>&, S*, S*, const S*, S*, S*, \
                                            const TttLinearGradients<S>&, S*, S*, void*);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
