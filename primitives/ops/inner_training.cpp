#include "primitives/ops/inner_training.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "primitives/kernels/launch_ttt.h"
#include "primitives/ops/raw.h"
#if defined(MADSEARCH_CUDA)
#include <c10/cuda/CUDAStream.h>
#endif

namespace madsearch {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct InnerTrainingFunction : torch::autograd::Function<InnerTrainingFunction> {
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
    auto z = at::empty_like(q), W = W_before.clone(), b = b_before.clone();
    dispatch(q, [&]<class S>() {
      const auto all = arguments<S>(in);
#if defined(MADSEARCH_CUDA)
      if (q.is_cuda()) {
        auto scratch = at::empty({all.M, kernels::ttt_linear_scratch(all.F, all.n)}, q.options());
        return kernels::ttt_linear_cuda<S>(all, data<S>(W), data<S>(b), data<S>(z), data<S>(scratch),
                                           c10::cuda::getCurrentCUDAStream().stream());
      }
#endif
      kernels::ttt_linear_cpu<S>(all, data<S>(W), data<S>(b), data<S>(z));
    });
    return {z, W, b};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto in = ctx->get_saved_variables();
    const auto dz = whole(gradients[0]);
    auto W = in[kW].clone(), b = in[kB].clone(), dW = whole(gradients[1]).clone(), db = whole(gradients[2]).clone();
    variable_list out;
    for (int input = kQ; input < kW; ++input) out.push_back(at::zeros_like(in[input]));
    dispatch(dz, [&]<class S>() {
      const auto all = arguments<S>(in);
      const kernels::TttLinearGradients<S> d = {data<S>(out[kQ]),    data<S>(out[kK]),     data<S>(out[kV]),
                                                data<S>(out[kRate]), data<S>(out[kScale]), data<S>(out[kWeight]),
                                                data<S>(out[kBias])};
#if defined(MADSEARCH_CUDA)
      if (dz.is_cuda()) {
        auto scratch = at::empty({all.M, kernels::ttt_linear_backward_scratch(all.F, all.n)}, dz.options());
        auto states = at::empty({all.M, (all.T + all.n - 1) / all.n, all.F * all.F + all.F}, dz.options());
        return kernels::ttt_linear_backward_cuda<S>(all, data<S>(W), data<S>(b), data<S>(dz), data<S>(dW), data<S>(db),
                                                    d, data<S>(states), data<S>(scratch),
                                                    c10::cuda::getCurrentCUDAStream().stream());
      }
#endif
      kernels::ttt_linear_backward_cpu<S>(all, data<S>(W), data<S>(b), data<S>(dz), data<S>(dW), data<S>(db), d);
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
