#include "primitives/ops/fused.h"

#include <algorithm>

#include "primitives/kernels/launch.h"
#include "primitives/ops/function.h"
#include "primitives/ops/fused_gpu.h"
#include "primitives/ops/per_channel.h"

namespace madsearch {
namespace {

struct RmsNormFunction : Function<RmsNormFunction> {
  template <class S>
  static kernels::Rows<S> rows(const at::Tensor& x, const at::Tensor& w) {
    return {data<S>(x), data<S>(w), w.size(0), x.numel() / x.size(-1), x.size(-1)};
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& w, double eps) {
    const auto y = at::empty_like(x);
    const auto r = at::empty({x.numel() / x.size(-1)}, x.options());
    dispatch(x,
             [&]<class S>() { kernels::rms_norm_cpu<S>(rows<S>(x, w), static_cast<S>(eps), data<S>(y), data<S>(r)); });
    ctx->save_for_backward({x, w, r});
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [x, w, r] = saved_tensors<3>(ctx);
    const auto dy = gradients[0].contiguous();
    const auto dx = at::empty_like(x);
    const auto dw = at::zeros_like(w);
    dispatch(x, [&]<class S>() {
      kernels::rms_norm_backward_cpu<S>(rows<S>(x, w), data<S>(r), data<S>(dy), data<S>(dx), data<S>(dw));
    });
    return {dx, dw, {}};
  }
};

struct SiluGateFunction : Function<SiluGateFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& a, const at::Tensor& b) {
    const auto y = at::empty_like(a);
    dispatch(a, [&]<class S>() { kernels::silu_gate_cpu<S>(data<S>(a), data<S>(b), data<S>(y), a.numel()); });
    ctx->save_for_backward({a, b});
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [a, b] = saved_tensors<2>(ctx);
    const auto dy = gradients[0].contiguous();
    const auto da = at::empty_like(a);
    const auto db = at::empty_like(b);
    dispatch(a, [&]<class S>() {
      kernels::silu_gate_backward_cpu<S>(data<S>(a), data<S>(b), data<S>(dy), data<S>(da), data<S>(db), a.numel());
    });
    return {da, db};
  }
};

struct ShortConvFunction : Function<ShortConvFunction> {
  template <class S>
  static kernels::ShortConvolution<S> arguments(const at::Tensor& x, const at::Tensor& w, const at::Tensor& bias) {
    return {data<S>(x), data<S>(w), data<S>(bias), x.size(0), x.size(0) * x.size(1), x.size(2), x.size(3), w.size(1)};
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& w, const Maybe& given) {
    const auto bias = or_undefined(given);
    const auto y = at::empty_like(x);
    dispatch(x, [&]<class S>() { kernels::short_conv_cpu<S>(arguments<S>(x, w, bias), data<S>(y)); });
    ctx->save_for_backward({x, w, bias});
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [x, w, bias] = saved_tensors<3>(ctx);
    const auto dy = gradients[0].contiguous();
    const auto dx = at::empty_like(x);
    const auto dw = at::zeros_like(w);
    const auto dbias = zeros_if_defined(bias);
    dispatch(x, [&]<class S>() {
      kernels::short_conv_backward_cpu<S>(arguments<S>(x, w, bias), data<S>(dy), data<S>(dx), data<S>(dw),
                                          data<S>(dbias));
    });
    return {dx, dw, dbias};
  }
};

}  // namespace

at::Tensor fused_rms_norm(const at::Tensor& x, const at::Tensor& w, double eps) {
  if (x.is_cpu()) return RmsNormFunction::apply(x.contiguous(), w.contiguous(), eps);
  if (gpu_norms(x)) return gpu_rms_norm(x, w, eps);
  return x * at::rsqrt(x.square().mean(-1, true) + eps) * per_channel(w, x);
}

at::Tensor fused_silu_gate(const at::Tensor& a, const at::Tensor& b) {
  if (a.is_cpu()) return SiluGateFunction::apply(a.contiguous(), b.contiguous());
  if (gpu_gates(a, b)) return gpu_silu_gate(a, b);
  return at::silu(a) * b;
}

at::Tensor fused_short_conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const auto T = x.size(2), taps = weight.size(2);
  if (x.is_cpu()) {
    const auto given = bias.defined() ? Maybe(bias.contiguous()) : std::nullopt;
    return ShortConvFunction::apply(x.contiguous(), weight.flip(2).transpose(1, 2).contiguous(), given);
  }
  if (gpu_convolves(x, taps)) return gpu_short_conv(x, weight, bias);
  at::Tensor y;  // a few shifted products: faster than a grouped convolution
  for (std::int64_t lag = 0; lag < std::min(taps, T); ++lag) {
    const auto w = weight.select(2, taps - 1 - lag).unsqueeze(1).unsqueeze(1);  // [R, 1, 1, C]
    if (lag == 0) {
      y = bias.defined() ? at::addcmul(bias.unsqueeze(1).unsqueeze(1), x, w) : x * w;
    } else {
      y = y + at::constant_pad_nd(x.slice(2, 0, T - lag) * w, {0, 0, lag, 0});
    }
  }
  return y;
}

}  // namespace madsearch
