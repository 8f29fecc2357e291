#include <vector>

#include "primitives/kernels/causal_attention.h"
#include "primitives/kernels/launch.h"
#include "primitives/kernels/token_kernels.h"

namespace madsearch::kernels {

template <class S>
void rms_norm_cpu(const Rows<S>& in, S eps, S* y, S* r) {
  for (std::int64_t i = 0; i < in.rows; ++i)
    r[i] = rms_norm<S>(in.x + i * in.D, in.w + i / (in.rows / in.R) * in.D, y + i * in.D, in.D, eps);
}

template <class S>
void rms_norm_backward_cpu(const Rows<S>& in, const S* r, const S* dy, S* dx, S* dw) {
  for (std::int64_t i = 0; i < in.rows; ++i) {
    const auto replica = i / (in.rows / in.R) * in.D;
    rms_norm_backward<S>(in.x + i * in.D, in.w + replica, r[i], dy + i * in.D, dx + i * in.D, dw + replica, in.D);
  }
}

template <class S>
void silu_gate_cpu(const S* a, const S* b, S* y, std::int64_t n) {
  silu_gate<S>(a, b, y, n);
}

template <class S>
void silu_gate_backward_cpu(const S* a, const S* b, const S* dy, S* da, S* db, std::int64_t n) {
  silu_gate_backward<S>(a, b, dy, da, db, n);
}

template <class S>
void short_conv_cpu(const ShortConvolution<S>& in, S* y) {
  for (std::int64_t m = 0; m < in.M; ++m) {
    const auto replica = m / (in.M / in.R), at = m * in.T * in.C;
    short_conv<S>(in.x + at, in.w + replica * in.taps * in.C, in.bias ? in.bias + replica * in.C : nullptr, y + at,
                  in.T, in.C, in.taps);
  }
}

template <class S>
void short_conv_backward_cpu(const ShortConvolution<S>& in, const S* dy, S* dx, S* dw, S* dbias) {
  for (std::int64_t m = 0; m < in.M; ++m) {
    const auto replica = m / (in.M / in.R), at = m * in.T * in.C;
    short_conv_backward<S>(in.x + at, in.w + replica * in.taps * in.C, dy + at, dx + at, dw + replica * in.taps * in.C,
                           dbias ? dbias + replica * in.C : nullptr, in.T, in.C, in.taps);
  }
}

template <class S>
void causal_attention_cpu(const CausalAttention<S>& in, S* y, S* lse) {
  with_attention_loops(in, [&](auto&& loops) { loops.forward(y, lse); });
}

template <class S>
void causal_attention_backward_cpu(const CausalAttention<S>& in, const S* y, const S* lse, const S* dy, S* dq, S* dk,
                                   S* dv, S* dfade) {
  with_attention_loops(in, [&](auto&& loops) { loops.backward(y, lse, dy, dq, dk, dv, dfade); });
}

#define MADSEARCH_INSTANTIATE(S)                                                                                      \
  template void rms_norm_cpu<S>(const Rows<S>&, S, S*, S*);                                                           \
  template void rms_norm_backward_cpu<S>(const Rows<S>&, const S*, const S*, S*, S*);                                 \
  template void silu_gate_cpu<S>(const S*, const S*, S*, std::int64_t);                                               \
  template void silu_gate_backward_cpu<S>(const S*, const S*, const S*, S*, S*, std::int64_t);                        \
  template void short_conv_cpu<S>(const ShortConvolution<S>&, S*);                                                    \
  template void short_conv_backward_cpu<S>(const ShortConvolution<S>&, const S*, S*, S*, S*);                         \
  template void causal_attention_cpu<S>(const CausalAttention<S>&, S*, S*);                                           \
  template void causal_attention_backward_cpu<S>(const CausalAttention<S>&, const S*, const S*, const S*, S*, S*, S*, \
                                                 S*);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
