#include "primitives/recurrences.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "primitives/kernels/launch.h"
#include "primitives/raw.h"
#if defined(MADSEARCH_CUDA)
#include <c10/cuda/CUDAStream.h>
#endif

namespace madsearch {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct SelectiveScanFunction : torch::autograd::Function<SelectiveScanFunction> {
  template <class S>
  static kernels::SelectiveScan<S> arguments(const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A, const at::Tensor& b,
                                             const at::Tensor& c) {
    return {data<S>(u), data<S>(delta),        data<S>(A), data<S>(b), data<S>(c),
            u.size(0),  u.size(0) * u.size(1), u.size(2),  u.size(3),  A.size(1)};
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A, const at::Tensor& b,
                            const at::Tensor& c) {
    ctx->save_for_backward({u, delta, A, b, c});
    auto y = at::empty_like(u);
    dispatch(u, [&]<class S>() {
      const auto in = arguments<S>(u, delta, A, b, c);
#if defined(MADSEARCH_CUDA)
      if (u.is_cuda()) {
        auto h = at::zeros({in.M, in.N, in.I}, u.options());
        return kernels::selective_scan_cuda<S>(in, data<S>(y), data<S>(h), c10::cuda::getCurrentCUDAStream().stream());
      }
#endif
      kernels::selective_scan_cpu<S>(in, data<S>(y));
    });
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &u = saved[0], &delta = saved[1], &A = saved[2], &b = saved[3], &c = saved[4];
    const auto dy = whole(gradients[0]);
    auto du = at::empty_like(u), ddelta = at::empty_like(u), dA = at::zeros_like(A), db = at::zeros_like(b), dc = at::zeros_like(c);
    dispatch(u, [&]<class S>() {
      const auto in = arguments<S>(u, delta, A, b, c);
#if defined(MADSEARCH_CUDA)
      if (u.is_cuda()) {  // dA of each sequence, then summed: atomics on a shared one would wait for each other
        auto h = at::zeros({in.M, in.N, in.I}, u.options()), dh = at::zeros_like(h), each = at::zeros_like(h);
        auto states = at::empty({in.M, in.T + 1, in.N, in.I}, u.options()), y = at::empty_like(u);
        kernels::selective_scan_backward_cuda<S>(in, data<S>(dy), data<S>(du), data<S>(ddelta), data<S>(each), data<S>(db), data<S>(dc),
                                                 data<S>(h), data<S>(states), data<S>(y), data<S>(dh),
                                                 c10::cuda::getCurrentCUDAStream().stream());
        dA = each.view({in.R, in.M / in.R, in.N, in.I}).sum(1);
        return;
      }
#endif
      kernels::selective_scan_backward_cpu<S>(in, data<S>(dy), data<S>(du), data<S>(ddelta), data<S>(dA), data<S>(db), data<S>(dc));
    });
    return {du, ddelta, dA, db, dc};
  }
};

struct GatedRecurrenceFunction : torch::autograd::Function<GatedRecurrenceFunction> {
  template <class S>
  static kernels::GatedRecurrence<S> arguments(const at::Tensor& q, const at::Tensor& k, const at::Tensor& a, const at::Tensor& v) {
    const auto T = q.size(-2), K = q.size(-1);
    return {data<S>(q), data<S>(k), data<S>(a), data<S>(v), q.numel() / (T * K), T, K, v.size(-1)};
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& q, const at::Tensor& k, const std::optional<at::Tensor>& decay,
                            const at::Tensor& v) {
    const auto a = decay.value_or(at::Tensor());
    ctx->save_for_backward({q, k, a, v});
    auto o = at::empty_like(v);
    dispatch(q, [&]<class S>() {
      const auto in = arguments<S>(q, k, a, v);
#if defined(MADSEARCH_CUDA)
      if (q.is_cuda()) {
        auto h = at::zeros({in.M, in.K, in.V}, q.options());
        return kernels::gated_recurrence_cuda<S>(in, data<S>(o), data<S>(h), c10::cuda::getCurrentCUDAStream().stream());
      }
#endif
      kernels::gated_recurrence_cpu<S>(in, data<S>(o));
    });
    return o;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &q = saved[0], &k = saved[1], &a = saved[2], &v = saved[3];
    const auto d_o = whole(gradients[0]);
    auto dq = at::zeros_like(q), dk = at::zeros_like(k), dv = at::empty_like(v);
    auto da = a.defined() ? at::zeros_like(a) : at::Tensor();
    dispatch(q, [&]<class S>() {
      const auto in = arguments<S>(q, k, a, v);
#if defined(MADSEARCH_CUDA)
      if (q.is_cuda()) {
        auto h = at::zeros({in.M, in.K, in.V}, q.options()), dh = at::zeros_like(h);
        auto states = at::empty({in.M, in.T + 1, in.K, in.V}, q.options()), o = at::empty_like(v);
        return kernels::gated_recurrence_backward_cuda<S>(in, data<S>(d_o), data<S>(dq), data<S>(dk), data<S>(da), data<S>(dv), data<S>(h),
                                                          data<S>(states), data<S>(o), data<S>(dh),
                                                          c10::cuda::getCurrentCUDAStream().stream());
      }
#endif
      kernels::gated_recurrence_backward_cpu<S>(in, data<S>(d_o), data<S>(dq), data<S>(dk), data<S>(da), data<S>(dv));
    });
    return {dq, dk, da, dv};
  }
};

}  // namespace

at::Tensor selective_scan(const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A, const at::Tensor& b, const at::Tensor& c) {
  return SelectiveScanFunction::apply(whole(u), whole(delta), whole(A), whole(b), whole(c));
}

at::Tensor gated_recurrence(const at::Tensor& q, const at::Tensor& k, const at::Tensor& log_decay, const at::Tensor& v) {
  std::optional<at::Tensor> decay;
  if (log_decay.defined()) decay.emplace(whole(log_decay));
  return GatedRecurrenceFunction::apply(whole(q), whole(k), decay, whole(v));
}

}  // namespace madsearch
