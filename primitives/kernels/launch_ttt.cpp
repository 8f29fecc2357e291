#include "primitives/kernels/launch_ttt.h"

#include <vector>

#include "primitives/kernels/ttt_linear.h"

namespace madsearch::kernels {

template <class S>
void ttt_linear_cpu(const TttLinear<S>& in, S* W, S* b, S* z) {
  const auto F = in.F;
  std::vector<S> scratch(static_cast<std::size_t>(ttt_linear_scratch(F, in.n)));
  for (std::int64_t m = 0; m < in.M; ++m)
    ttt_linear(Alone(), head(in, m), W + m * F * F, b + m * F, z + m * in.T * F, static_cast<S*>(nullptr),
               scratch.data());
}

template <class S>
void ttt_linear_backward_cpu(const TttLinear<S>& in, S* W, S* b, const S* dz, S* dW, S* db,
                             const TttLinearGradients<S>& out) {
  const auto F = in.F, batches = (in.T + in.n - 1) / in.n;
  std::vector<S> states(
      static_cast<std::size_t>(batches * (F * F + F)));  // of one head at a time: recomputed, not kept
  std::vector<S> scratch(static_cast<std::size_t>(ttt_linear_backward_scratch(F, in.n)));
  for (std::int64_t m = 0; m < in.M; ++m) {
    ttt_linear(Alone(), head(in, m), W + m * F * F, b + m * F, static_cast<S*>(nullptr), states.data(), scratch.data());
    ttt_linear_backward(Alone(), head(in, m), states.data(), dz + m * in.T * F, dW + m * F * F, db + m * F,
                        head(in, out, m), scratch.data());
  }
}

#define MADSEARCH_INSTANTIATE(S)                                    \
  template void ttt_linear_cpu<S>(const TttLinear<S>&, S*, S*, S*); \
  template void ttt_linear_backward_cpu<S>(const TttLinear<S>&, S*, S*, const S*, S*, S*, const TttLinearGradients<S>&);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
