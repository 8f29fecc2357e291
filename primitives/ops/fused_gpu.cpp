#include "primitives/ops/fused_gpu.h"

#include <stdexcept>

#include "primitives/kernels/launch_rows.h"
#include "primitives/ops/function.h"

namespace madsearch {

#if defined(MADSEARCH_CUDA)
namespace {

/// The numbers of a tensor as a kernel takes them.
template <class X>
X* numbers(const at::Tensor& x) {
  if constexpr (std::is_same_v<X, kernels::BFloat16>)
    return reinterpret_cast<X*>(x.data_ptr<at::BFloat16>());
  else
    return data<X>(x);
}

bool computes(const at::Tensor& x) {
  const auto scalar = x.scalar_type();
  return on_gpu(x) && x.numel() > 0 && (scalar == at::kFloat || scalar == at::kDouble || scalar == at::kBFloat16);
}

/// Calls body.operator()<X, S>(stream) for the scalar of x and that it is computed in.
template <class Body>
void launch_rows(const at::Tensor& x, Body&& body) {
  void* stream = gpu_stream();
  if (x.scalar_type() == at::kDouble)
    body.template operator()<double, double>(stream);
  else if (x.scalar_type() == at::kBFloat16)
    body.template operator()<kernels::BFloat16, float>(stream);
  else
    body.template operator()<float, float>(stream);
}

/// x whose rows, along the last axis, lie at equal distances; a copy if they don't.
at::Tensor in_rows(const at::Tensor& x) {
  if (x.stride(-1) != 1) return x.contiguous();
  for (std::int64_t axis = x.dim() - 3; axis >= 0; --axis)
    if (x.size(axis) > 1 && x.stride(axis) != x.stride(axis + 1) * x.size(axis + 1)) return x.contiguous();
  return x;
}

/// How far apart they lie.
std::int64_t row_stride(const at::Tensor& x) { return x.dim() > 1 ? x.stride(-2) : x.size(-1); }

at::ScalarType computed_in(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat; }

struct GpuNorm : Function<GpuNorm> {
  template <class X, class S>
  static kernels::NormRows<X, S> rows(const at::Tensor& x, const at::Tensor& w) {
    const auto D = x.size(-1);
    return {numbers<X>(x), data<S>(w), w.size(0), x.numel() / D / w.size(0), D, row_stride(x)};
  }
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& w, double eps) {
    const auto y = at::empty(x.sizes(), x.options().dtype(computed_in(x)));
    launch_rows(x, [&]<class X, class S>(void* stream) {
      kernels::rms_norm_cuda<X, S>(rows<X, S>(x, w), static_cast<S>(eps), data<S>(y), stream);
    });
    ctx->save_for_backward({x, w});
    ctx->saved_data["eps"] = eps;
    return y;
  }
  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [x, w] = saved_tensors<2>(ctx);
    const auto dy = whole(gradients[0]);
    const auto dx = at::empty(x.sizes(), x.options());
    const auto in_replica = x.numel() / x.size(-1) / w.size(0);
    const auto dw = at::empty({kernels::norm_blocks(in_replica), w.size(0), w.size(1)}, w.options());
    const auto eps = ctx->saved_data["eps"].toDouble();
    launch_rows(x, [&]<class X, class S>(void* stream) {
      kernels::rms_norm_backward_cuda<X, S>(rows<X, S>(x, w), static_cast<S>(eps), data<S>(dy), numbers<X>(dx),
                                            data<S>(dw), stream);
    });
    return {dx, dw.sum(0), {}};
  }
};

struct GpuGate : Function<GpuGate> {
  template <class X>
  static kernels::GateRows<X> rows(const at::Tensor& a, const at::Tensor& b) {
    const auto D = a.size(-1);
    return {numbers<X>(a), numbers<X>(b), a.numel() / D, D, row_stride(a), row_stride(b)};
  }
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& a, const at::Tensor& b) {
    const auto y = at::empty(a.sizes(), a.options());
    launch_rows(
        a, [&]<class X, class S>(void* stream) { kernels::silu_gate_cuda<X>(rows<X>(a, b), numbers<X>(y), stream); });
    ctx->save_for_backward({a, b});
    return y;
  }
  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [a, b] = saved_tensors<2>(ctx);
    const auto dy = gradients[0].to(a.scalar_type()).contiguous();
    const auto da = at::empty(a.sizes(), a.options());
    const auto db = at::empty(b.sizes(), b.options());
    launch_rows(a, [&]<class X, class S>(void* stream) {
      kernels::silu_gate_backward_cuda<X>(rows<X>(a, b), numbers<X>(dy), numbers<X>(da), numbers<X>(db), stream);
    });
    return {da, db};
  }
};

struct GpuConvolution : Function<GpuConvolution> {
  template <class X, class S>
  static kernels::ConvolutionRows<X, S> rows(const at::Tensor& x, const at::Tensor& w, const at::Tensor& bias) {
    return {numbers<X>(x), data<S>(w), data<S>(bias), x.size(0),    x.size(0) * x.size(1),
            x.size(2),     x.size(3),  w.size(1),     row_stride(x)};
  }
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& w, const Maybe& given) {
    const auto bias = or_undefined(given);
    const auto y = at::empty(x.sizes(), x.options().dtype(computed_in(x)));
    launch_rows(x, [&]<class X, class S>(void* stream) {
      kernels::short_conv_cuda<X, S>(rows<X, S>(x, w, bias), data<S>(y), stream);
    });
    ctx->save_for_backward({x, w, bias});
    return y;
  }
  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [x, w, bias] = saved_tensors<3>(ctx);
    const auto dy = whole(gradients[0]);
    const auto dx = at::empty(x.sizes(), x.options());
    const auto runs = kernels::convolution_runs(x.size(1), x.size(2));
    const auto dw = at::empty({runs, w.size(0), w.size(1), w.size(2)}, w.options());
    const auto dbias = bias.defined() ? at::empty({runs, bias.size(0), bias.size(1)}, w.options()) : at::Tensor();
    launch_rows(x, [&]<class X, class S>(void* stream) {
      kernels::short_conv_backward_cuda<X, S>(rows<X, S>(x, w, bias), data<S>(dy), numbers<X>(dx), data<S>(dw),
                                              data<S>(dbias), stream);
    });
    return {dx, dw.sum(0), bias.defined() ? dbias.sum(0) : at::Tensor()};
  }
};

}  // namespace

bool gpu_norms(const at::Tensor& x) { return computes(x) && x.size(-1) <= kernels::kMostNormed; }

at::Tensor gpu_rms_norm(const at::Tensor& x, const at::Tensor& w, double eps) {
  return GpuNorm::apply(in_rows(x), whole(w), eps);
}

bool gpu_gates(const at::Tensor& a, const at::Tensor& b) {
  return computes(a) && a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes();
}

at::Tensor gpu_silu_gate(const at::Tensor& a, const at::Tensor& b) { return GpuGate::apply(in_rows(a), in_rows(b)); }

bool gpu_convolves(const at::Tensor& x, std::int64_t taps) { return computes(x) && taps <= kernels::kMostTaps; }

at::Tensor gpu_short_conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return GpuConvolution::apply(in_rows(x), whole(weight.flip(2).transpose(1, 2)), maybe(bias));
}

#else
namespace {
[[noreturn]] at::Tensor without_gpu() { throw std::logic_error("this build has no kernels for a GPU"); }
}  // namespace

bool gpu_norms(const at::Tensor&) { return false; }
at::Tensor gpu_rms_norm(const at::Tensor&, const at::Tensor&, double) { return without_gpu(); }
bool gpu_gates(const at::Tensor&, const at::Tensor&) { return false; }
at::Tensor gpu_silu_gate(const at::Tensor&, const at::Tensor&) { return without_gpu(); }
bool gpu_convolves(const at::Tensor&, std::int64_t) { return false; }
at::Tensor gpu_short_conv(const at::Tensor&, const at::Tensor&, const at::Tensor&) { return without_gpu(); }
#endif

}  // namespace madsearch
