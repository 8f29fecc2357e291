#include "primitives/ops/diagonal_scan.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "primitives/kernels/launch_diagonal.h"
#include "primitives/ops/raw.h"
#if defined(MADSEARCH_CUDA)
#include <c10/cuda/CUDAStream.h>
#endif

namespace madsearch {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct DiagonalScanFunction : torch::autograd::Function<DiagonalScanFunction> {
  template <class S>
  static kernels::DiagonalScan<S> arguments(const at::Tensor& lambda, const at::Tensor& u) {
    return {data<S>(lambda), data<S>(u), u.size(0), u.size(0) * u.size(1), u.size(2), u.size(4), lambda.dim() == 5};
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& lambda, const at::Tensor& u,
                            const at::Tensor& initial) {
    auto h = at::empty_like(u), state = initial.clone();
    dispatch(u, [&]<class S>() {
      const auto in = arguments<S>(lambda, u);
#if defined(MADSEARCH_CUDA)
      if (u.is_cuda())
        return kernels::diagonal_scan_cuda<S>(in, data<S>(h), data<S>(state),
                                              c10::cuda::getCurrentCUDAStream().stream());
#endif
      kernels::diagonal_scan_cpu<S>(in, data<S>(h), data<S>(state));
    });
    ctx->save_for_backward({lambda, u, initial, h});
    return h;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &lambda = saved[0], &u = saved[1], &initial = saved[2], &h = saved[3];
    const auto dh = whole(gradients[0]);
    auto du = at::empty_like(u), dstate = at::zeros_like(initial), dlambda = at::zeros_like(lambda);
    dispatch(u, [&]<class S>() {
      const auto in = arguments<S>(lambda, u);
#if defined(MADSEARCH_CUDA)
      if (u.is_cuda()) {  // dlambda of each sequence, then summed: atomics on a shared one would wait for each other
        auto each = in.each_token ? dlambda : at::zeros_like(initial);
        kernels::diagonal_scan_backward_cuda<S>(in, data<S>(h), data<S>(initial), data<S>(dh), data<S>(dstate),
                                                data<S>(du), data<S>(each), c10::cuda::getCurrentCUDAStream().stream());
        if (!in.each_token) dlambda = each.sum(1);
        return;
      }
#endif
      kernels::diagonal_scan_backward_cpu<S>(in, data<S>(h), data<S>(initial), data<S>(dh), data<S>(dstate),
                                             data<S>(du), data<S>(dlambda));
    });
    return {dlambda, du, dstate};
  }
};

struct DiagonalFilterFunction : torch::autograd::Function<DiagonalFilterFunction> {
  template <class S>
  static kernels::DiagonalFilter<S> arguments(const at::Tensor& lambda, const at::Tensor& w, const at::Tensor& u) {
    return {data<S>(lambda),       data<S>(w), data<S>(u),     u.size(0),
            u.size(0) * u.size(1), u.size(2),  lambda.size(2), u.size(3)};
  }

  static variable_list forward(AutogradContext* ctx, const at::Tensor& lambda, const at::Tensor& w, const at::Tensor& u,
                               const at::Tensor& initial) {
    auto y = at::empty_like(u), state = initial.clone();
    dispatch(u, [&]<class S>() {
      const auto in = arguments<S>(lambda, w, u);
#if defined(MADSEARCH_CUDA)
      if (u.is_cuda())
        return kernels::diagonal_filter_cuda<S>(in, data<S>(y), data<S>(state),
                                                c10::cuda::getCurrentCUDAStream().stream());
#endif
      kernels::diagonal_filter_cpu<S>(in, data<S>(y), data<S>(state));
    });
    ctx->save_for_backward({lambda, w, u, initial});
    return {y, state};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &lambda = saved[0], &w = saved[1], &u = saved[2], &initial = saved[3];
    const auto dy = whole(gradients[0]);
    auto dstate = whole(gradients[1]).clone(), state = initial.clone(), du = at::empty_like(u);
    auto dlambda = at::zeros_like(lambda), dw = at::zeros_like(w);
    dispatch(u, [&]<class S>() {
      const auto in = arguments<S>(lambda, w, u);
#if defined(MADSEARCH_CUDA)
      if (u.is_cuda()) {
        auto s = at::zeros_like(initial), sum = at::zeros_like(initial);
        auto each_lambda = at::zeros_like(initial), each_w = at::zeros_like(initial);
        kernels::diagonal_filter_backward_cuda<S>(in, data<S>(dy), data<S>(state), data<S>(s), data<S>(sum),
                                                  data<S>(dstate), data<S>(du), data<S>(each_lambda), data<S>(each_w),
                                                  c10::cuda::getCurrentCUDAStream().stream());
        dlambda = each_lambda.sum(1), dw = each_w.sum(1);
        return;
      }
#endif
      kernels::diagonal_filter_backward_cpu<S>(in, data<S>(dy), data<S>(state), data<S>(dstate), data<S>(du),
                                               data<S>(dlambda), data<S>(dw));
    });
    return {dlambda, dw, du, dstate};
  }
};

}  // namespace

at::Tensor diagonal_scan(const at::Tensor& lambda, const at::Tensor& u, const at::Tensor& state) {
  const auto input = whole(u);
  const auto first = state.defined() ? whole(state) : at::zeros({u.size(0), u.size(1), 2, u.size(4)}, input.options());
  return DiagonalScanFunction::apply(whole(lambda), input, first);
}

at::Tensor diagonal_filter(const at::Tensor& lambda, const at::Tensor& w, const at::Tensor& u) {
  return diagonal_filter_from({}, lambda, w, u).output;
}

Carried diagonal_filter_from(const at::Tensor& state, const at::Tensor& lambda, const at::Tensor& w,
                             const at::Tensor& u) {
  const auto input = whole(u);
  const auto first =
      state.defined() ? whole(state) : at::zeros({u.size(0), u.size(1), 2, lambda.size(2), u.size(3)}, input.options());
  const auto out = DiagonalFilterFunction::apply(whole(lambda), whole(w), input, first);
  return {out[0], out[1]};
}

}  // namespace madsearch
