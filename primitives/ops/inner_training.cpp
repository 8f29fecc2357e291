#include "primitives/ops/inner_training.h"

#include "primitives/kernels/launch_ttt.h"
#include "primitives/ops/function.h"

namespace madsearch {
namespace {

struct InnerTrainingFunction : Function<InnerTrainingFunction> {
  enum Saved { kQ, kK, kV, kRate, kScale, kWeight, kBias, kW, kB };

  template <class S>
  static kernels::TttLinear<S> arguments(const variable_list& in) {
    const auto T = in[kQ].size(-2), F = in[kQ].size(-1);
    return {.q = data<S>(in[kQ]),
            .k = data<S>(in[kK]),
            .v = data<S>(in[kV]),
            .rate = data<S>(in[kRate]),
            .scale = data<S>(in[kScale]),
            .weight = data<S>(in[kWeight]),
            .bias = data<S>(in[kBias]),
            .M = in[kQ].numel() / (T * F),
            .T = T,
            .F = F,
            .n = in[kScale].size(-1)};
  }

  static variable_list forward(AutogradContext* ctx, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                               const at::Tensor& rate, const at::Tensor& scale, const at::Tensor& weight,
                               const at::Tensor& bias, const at::Tensor& W_before, const at::Tensor& b_before) {
    const variable_list in = {q, k, v, rate, scale, weight, bias, W_before, b_before};
    ctx->save_for_backward(in);
    const auto z = at::empty_like(q);
    const auto W = W_before.clone();
    const auto b = b_before.clone();
    launch(q, [&]<class S>(auto device) {
      const auto all = arguments<S>(in);
      if constexpr (device.kCuda) {
        const auto scratch = at::empty({all.M, kernels::ttt_linear_scratch(all.F, all.n)}, q.options());
        kernels::ttt_linear_cuda<S>(all, data<S>(W), data<S>(b), data<S>(z), data<S>(scratch), device.stream);
      } else {
        kernels::ttt_linear_cpu<S>(all, data<S>(W), data<S>(b), data<S>(z));
      }
    });
    return {z, W, b};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto in = ctx->get_saved_variables();
    const auto dz = whole(gradients[0]);
    const auto W = in[kW].clone();
    const auto b = in[kB].clone();
    const auto dW = whole(gradients[1]).clone();
    const auto db = whole(gradients[2]).clone();
    auto out = zero_gradients(in, kW);
    launch(dz, [&]<class S>(auto device) {
      const auto all = arguments<S>(in);
      const kernels::TttLinearGradients<S> d = {data<S>(out[kQ]),    data<S>(out[kK]),     data<S>(out[kV]),
                                                data<S>(out[kRate]), data<S>(out[kScale]), data<S>(out[kWeight]),
                                                data<S>(out[kBias])};
      if constexpr (device.kCuda) {
        const auto scratch = at::empty({all.M, kernels::ttt_linear_backward_scratch(all.F, all.n)}, dz.options());
        const auto states = at::empty({all.M, (all.T + all.n - 1) / all.n, all.F * all.F + all.F}, dz.options());
        kernels::ttt_linear_backward_cuda<S>(all, data<S>(W), data<S>(b), data<S>(dz), data<S>(dW), data<S>(db), d,
                                             data<S>(states), data<S>(scratch), device.stream);
      } else {
        kernels::ttt_linear_backward_cpu<S>(all, data<S>(W), data<S>(b), data<S>(dz), data<S>(dW), data<S>(db), d);
      }
    });
    out.push_back(dW);
    out.push_back(db);
    return out;
  }
};

}  // namespace

Trained train_inner(const InnerTraining& in) {
  const auto out = InnerTrainingFunction::apply(whole(in.q), whole(in.k), whole(in.v), whole(in.rate), whole(in.scale),
                                                whole(in.weight), whole(in.bias), whole(in.W), whole(in.b));
  return {out[0], out[1], out[2]};
}

}  // namespace madsearch
