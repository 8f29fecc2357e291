#include "primitives/ops/mesa_regression.h"

#include "primitives/kernels/launch_mesa.h"
#include "primitives/ops/function.h"

namespace madsearch {
namespace {

struct MesaFunction : Function<MesaFunction> {
  enum Saved { kQ, kK, kV, kDecay, kBeta, kLambda, kState };

  template <class S>
  static kernels::Mesa<S> arguments(const variable_list& in) {
    const auto T = in[kQ].size(-2), F = in[kQ].size(-1);
    return {.q = data<S>(in[kQ]),
            .k = data<S>(in[kK]),
            .v = data<S>(in[kV]),
            .g = data<S>(in[kDecay]),
            .beta = data<S>(in[kBeta]),
            .lambda = data<S>(in[kLambda]),
            .M = in[kQ].numel() / (T * F),
            .T = T,
            .F = F};
  }

  static variable_list forward(AutogradContext* ctx, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                               const at::Tensor& decay, const at::Tensor& beta, const at::Tensor& lambda,
                               const at::Tensor& before) {
    const variable_list in = {q, k, v, decay, beta, lambda, before};
    ctx->save_for_backward(in);
    const auto o = at::empty_like(q);
    const auto state = before.clone();
    launch(q, [&]<class S>(auto device) {
      const auto all = arguments<S>(in);
      if constexpr (device.kCuda) {
        const auto scratch = at::empty({all.M, all.scratch()}, q.options());
        kernels::mesa_cuda<S>(all, data<S>(state), data<S>(o), data<S>(scratch), device.stream);
      } else {
        kernels::mesa_cpu<S>(all, data<S>(state), data<S>(o));
      }
    });
    return {o, state};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto in = ctx->get_saved_variables();
    const auto d_o = whole(gradients[0]);
    const auto state = in[kState].clone();
    const auto d_state = whole(gradients[1]).clone();
    auto out = zero_gradients(in, kState);
    launch(d_o, [&]<class S>(auto device) {
      const auto all = arguments<S>(in);
      const kernels::MesaGradients<S> d = {data<S>(out[kQ]),     data<S>(out[kK]),    data<S>(out[kV]),
                                           data<S>(out[kDecay]), data<S>(out[kBeta]), data<S>(out[kLambda])};
      if constexpr (device.kCuda) {
        const auto scratch = at::empty({all.M, all.backward_scratch()}, d_o.options());
        const auto marks = at::empty({all.M, all.marks(), 2, all.F, all.F}, d_o.options());
        kernels::mesa_backward_cuda<S>(all, data<S>(state), data<S>(d_o), data<S>(d_state), d, data<S>(marks),
                                       data<S>(scratch), device.stream);
      } else {
        kernels::mesa_backward_cpu<S>(all, data<S>(state), data<S>(d_o), data<S>(d_state), d);
      }
    });
    out.push_back(d_state);
    return out;
  }
};

}  // namespace

MesaOutputs mesa_regression(const MesaInputs& in, const at::Tensor& state) {
  const auto q = whole(in.q);
  auto sizes = q.sizes().vec();  // [..., T, F]
  sizes[sizes.size() - 2] = 2;
  sizes.insert(sizes.end(), {sizes.back()});
  const auto before = state.defined() ? whole(state) : at::zeros(sizes, q.options());
  const auto out =
      MesaFunction::apply(q, whole(in.k), whole(in.v), whole(in.log_decay), whole(in.beta), whole(in.lambda), before);
  return {out[0], out[1]};
}

}  // namespace madsearch
