#include "primitives/ops/diagonal_scan.h"

#include "primitives/kernels/launch_diagonal.h"
#include "primitives/ops/function.h"

namespace madsearch {
namespace {

struct DiagonalScanFunction : Function<DiagonalScanFunction> {
  template <class S>
  static kernels::DiagonalScan<S> arguments(const at::Tensor& lambda, const at::Tensor& u) {
    return {data<S>(lambda), data<S>(u), u.size(0), u.size(0) * u.size(1), u.size(2), u.size(4), lambda.dim() == 5};
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& lambda, const at::Tensor& u,
                            const at::Tensor& initial) {
    const auto h = at::empty_like(u);
    const auto state = initial.clone();
    launch(u, [&]<class S>(auto device) {
      const auto in = arguments<S>(lambda, u);
      if constexpr (device.kCuda)
        kernels::diagonal_scan_cuda<S>(in, data<S>(h), data<S>(state), device.stream);
      else
        kernels::diagonal_scan_cpu<S>(in, data<S>(h), data<S>(state));
    });
    ctx->save_for_backward({lambda, u, initial, h});
    return h;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [lambda, u, initial, h] = saved_tensors<4>(ctx);
    const auto dh = whole(gradients[0]);
    const auto du = at::empty_like(u);
    const auto dstate = at::zeros_like(initial);
    auto dlambda = at::zeros_like(lambda);
    launch(u, [&]<class S>(auto device) {
      const auto in = arguments<S>(lambda, u);
      if constexpr (device.kCuda) {
        // dlambda of each sequence, then summed: atomics on a shared one would wait for each other.
        const auto each = in.each_token ? dlambda : at::zeros_like(initial);
        kernels::diagonal_scan_backward_cuda<S>(in, data<S>(h), data<S>(initial), data<S>(dh), data<S>(dstate),
                                                data<S>(du), data<S>(each), device.stream);
        if (!in.each_token) dlambda = each.sum(1);
      } else {
        kernels::diagonal_scan_backward_cpu<S>(in, data<S>(h), data<S>(initial), data<S>(dh), data<S>(dstate),
                                               data<S>(du), data<S>(dlambda));
      }
    });
    return {dlambda, du, dstate};
  }
};

struct DiagonalFilterFunction : Function<DiagonalFilterFunction> {
  template <class S>
  static kernels::DiagonalFilter<S> arguments(const at::Tensor& lambda, const at::Tensor& w, const at::Tensor& u) {
    return {data<S>(lambda),       data<S>(w), data<S>(u),     u.size(0),
            u.size(0) * u.size(1), u.size(2),  lambda.size(2), u.size(3)};
  }

  static variable_list forward(AutogradContext* ctx, const at::Tensor& lambda, const at::Tensor& w, const at::Tensor& u,
                               const at::Tensor& initial) {
    const auto y = at::empty_like(u);
    const auto state = initial.clone();
    launch(u, [&]<class S>(auto device) {
      const auto in = arguments<S>(lambda, w, u);
      if constexpr (device.kCuda)
        kernels::diagonal_filter_cuda<S>(in, data<S>(y), data<S>(state), device.stream);
      else
        kernels::diagonal_filter_cpu<S>(in, data<S>(y), data<S>(state));
    });
    ctx->save_for_backward({lambda, w, u, initial});
    return {y, state};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [lambda, w, u, initial] = saved_tensors<4>(ctx);
    const auto dy = whole(gradients[0]);
    const auto dstate = whole(gradients[1]).clone();
    const auto state = initial.clone();
    const auto du = at::empty_like(u);
    auto dlambda = at::zeros_like(lambda);
    auto dw = at::zeros_like(w);
    launch(u, [&]<class S>(auto device) {
      const auto in = arguments<S>(lambda, w, u);
      if constexpr (device.kCuda) {
        const auto s = at::zeros_like(initial);
        const auto sum = at::zeros_like(initial);
        const auto each_lambda = at::zeros_like(initial);
        const auto each_w = at::zeros_like(initial);
        kernels::diagonal_filter_backward_cuda<S>(in, data<S>(dy), data<S>(state), data<S>(s), data<S>(sum),
                                                  data<S>(dstate), data<S>(du), data<S>(each_lambda), data<S>(each_w),
                                                  device.stream);
        dlambda = each_lambda.sum(1);
        dw = each_w.sum(1);
      } else {
        kernels::diagonal_filter_backward_cpu<S>(in, data<S>(dy), data<S>(state), data<S>(dstate), data<S>(du),
                                                 data<S>(dlambda), data<S>(dw));
      }
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
