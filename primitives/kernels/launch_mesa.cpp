#include "primitives/kernels/launch_mesa.h"

#include <vector>

#include "primitives/kernels/mesa.h"

namespace madsearch::kernels {
namespace {

template <int kF, class S>
void run(const Mesa<S>& in, S* state, S* o) {
  const auto size = 2 * in.F * in.F;
  std::vector<S> scratch(static_cast<std::size_t>(in.scratch()));
  for (std::int64_t m = 0; m < in.M; ++m)
    mesa<kF>(Alone(), head(in, m), state + m * size, o + m * in.T * in.F, static_cast<S*>(nullptr), scratch.data());
}

template <int kF, class S>
void run_backward(const Mesa<S>& in, S* state, const S* d_o, S* d_state, const MesaGradients<S>& out) {
  const auto size = 2 * in.F * in.F;
  std::vector<S> marks(static_cast<std::size_t>(in.marks() * size)),
      scratch(static_cast<std::size_t>(in.backward_scratch()));
  for (std::int64_t m = 0; m < in.M; ++m) {
    mesa<kF>(Alone(), head(in, m), state + m * size, static_cast<S*>(nullptr), marks.data(), scratch.data());
    mesa_backward<kF>(Alone(), head(in, m), marks.data(), d_o + m * in.T * in.F, d_state + m * size, head(in, out, m),
                      scratch.data());
  }
}

}  // namespace

template <class S>
void mesa_cpu(const Mesa<S>& in, S* state, S* o) {
  switch (in.F) {
    case 8:
      return run<8>(in, state, o);
    case 16:
      return run<16>(in, state, o);
    case 32:
      return run<32>(in, state, o);
    default:
      return run<0>(in, state, o);
  }
}

template <class S>
void mesa_backward_cpu(const Mesa<S>& in, S* state, const S* d_o, S* d_state, const MesaGradients<S>& out) {
  switch (in.F) {
    case 8:
      return run_backward<8>(in, state, d_o, d_state, out);
    case 16:
      return run_backward<16>(in, state, d_o, d_state, out);
    case 32:
      return run_backward<32>(in, state, d_o, d_state, out);
    default:
      return run_backward<0>(in, state, d_o, d_state, out);
  }
}

#define MADSEARCH_INSTANTIATE(S)                     \
  template void mesa_cpu<S>(const Mesa<S>&, S*, S*); \
  template void mesa_backward_cpu<S>(const Mesa<S>&, S*, const S*, S*, const MesaGradients<S>&);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
