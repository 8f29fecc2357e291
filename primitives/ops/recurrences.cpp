#include "primitives/ops/recurrences.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "primitives/kernels/launch.h"
#include "primitives/ops/raw.h"
#if defined(MADSEARCH_CUDA)
#include <c10/cuda/CUDAStream.h>
#endif

namespace madsearch {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Maybe = std::optional<at::Tensor>;  // how autograd takes an argument that may be undefined

Maybe maybe(const at::Tensor& x) { return x.defined() ? Maybe(whole(x)) : std::nullopt; }

/// A state to advance in place: a copy of `initial`, or zeros.
at::Tensor copy_or_zeros(const at::Tensor& initial, at::IntArrayRef sizes, const at::TensorOptions& options) {
  return initial.defined() ? initial.clone() : at::zeros(sizes, options);
}

/// Room for the states of all sequences [M, T + 1, ...] that begins with `initial` [..., rows, columns] or zeros, for
/// CUDA.
[[maybe_unused]] at::Tensor room(const at::Tensor& initial, std::int64_t M, std::int64_t T, std::int64_t rows,
                                 std::int64_t columns, const at::TensorOptions& options) {
  auto out = at::empty({M, T + 1, rows, columns}, options);
  if (initial.defined())
    out.select(1, 0).copy_(initial.view({M, rows, columns}));
  else
    out.select(1, 0).zero_();
  return out;
}

/// Outputs {y}, or {y, state} if the state after the last token is wanted.
struct SelectiveScanFunction : torch::autograd::Function<SelectiveScanFunction> {
  template <class S>
  static kernels::SelectiveScan<S> arguments(const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A,
                                             const at::Tensor& b, const at::Tensor& c) {
    return {data<S>(u), data<S>(delta),        data<S>(A), data<S>(b), data<S>(c),
            u.size(0),  u.size(0) * u.size(1), u.size(2),  u.size(3),  A.size(1)};
  }

  static variable_list forward(AutogradContext* ctx, const Maybe& initial, const at::Tensor& u, const at::Tensor& delta,
                               const at::Tensor& A, const at::Tensor& b, const at::Tensor& c, bool carried) {
    const auto h0 = initial.value_or(at::Tensor());
    ctx->save_for_backward({u, delta, A, b, c, h0});
    auto y = at::empty_like(u);
    const bool in_place = carried || h0.defined() || u.is_cuda();
    auto h = in_place ? copy_or_zeros(h0, {u.size(0), u.size(1), A.size(1), u.size(3)}, u.options()) : at::Tensor();
    dispatch(u, [&]<class S>() {
      const auto in = arguments<S>(u, delta, A, b, c);
#if defined(MADSEARCH_CUDA)
      if (u.is_cuda())
        return kernels::selective_scan_cuda<S>(in, data<S>(y), data<S>(h), c10::cuda::getCurrentCUDAStream().stream());
#endif
      kernels::selective_scan_cpu<S>(in, data<S>(y), data<S>(h));
    });
    return carried ? variable_list{y, h} : variable_list{y};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &u = saved[0], &delta = saved[1], &A = saved[2], &b = saved[3], &c = saved[4], &h0 = saved[5];
    const auto dy = whole(gradients[0]);
    auto du = at::empty_like(u), ddelta = at::empty_like(u), dA = at::zeros_like(A), db = at::zeros_like(b),
         dc = at::zeros_like(c);
    const bool carried = gradients.size() > 1, in_place = carried || h0.defined() || u.is_cuda();
    const auto d_state = carried ? whole(gradients[1]) : at::Tensor();
    auto dh =
        in_place ? copy_or_zeros(d_state, {u.size(0), u.size(1), A.size(1), u.size(3)}, u.options()) : at::Tensor();
    dispatch(u, [&]<class S>() {
      const auto in = arguments<S>(u, delta, A, b, c);
#if defined(MADSEARCH_CUDA)
      if (u.is_cuda()) {  // dA of each sequence, then summed: atomics on a shared one would wait for each other
        auto each = at::zeros({in.M, in.N, in.I}, u.options()), states = room(h0, in.M, in.T, in.N, in.I, u.options());
        kernels::selective_scan_backward_cuda<S>(in, data<S>(states), data<S>(dy), data<S>(dh), data<S>(du),
                                                 data<S>(ddelta), data<S>(each), data<S>(db), data<S>(dc),
                                                 c10::cuda::getCurrentCUDAStream().stream());
        dA = each.view({in.R, in.M / in.R, in.N, in.I}).sum(1);
        return;
      }
#endif
      kernels::selective_scan_backward_cpu<S>(in, data<S>(h0), data<S>(dy), data<S>(dh), data<S>(du), data<S>(ddelta),
                                              data<S>(dA), data<S>(db), data<S>(dc));
    });
    return {h0.defined() ? dh : at::Tensor(), du, ddelta, dA, db, dc, {}};
  }
};

/// Outputs {o}, or {o, state} if the state after the last token is wanted. w = exp(log decay) here, so that the
/// exponentials are taken all at once; its gradient is that of the logarithm.
struct GatedRecurrenceFunction : torch::autograd::Function<GatedRecurrenceFunction> {
  template <class S, class P>
  static kernels::GatedRecurrence<P> arguments(const at::Tensor& q, const at::Tensor& k, const at::Tensor& w,
                                               const at::Tensor& v, const at::Tensor& u) {
    const auto T = q.size(-2), K = q.size(-1);
    return {data<S>(q),          data<S>(k), data<S>(w), data<S>(v), data<S>(u),
            q.numel() / (T * K), T,          K,          v.size(-1), w.defined() ? w.size(-1) : 0};
  }
  static std::vector<std::int64_t> state_sizes(const at::Tensor& q, const at::Tensor& v) {
    auto out = q.sizes().vec();
    out[out.size() - 2] = q.size(-1);
    out.back() = v.size(-1);
    return out;
  }

  static variable_list forward(AutogradContext* ctx, const Maybe& initial, const at::Tensor& q, const at::Tensor& k,
                               const Maybe& log_decay, const at::Tensor& v, const Maybe& bonus, bool carried) {
    const auto h0 = initial.value_or(at::Tensor()), u = bonus.value_or(at::Tensor());
    const auto w = log_decay ? log_decay->exp() : at::Tensor();
    ctx->save_for_backward({q, k, w, v, u, h0});
    auto o = at::empty_like(v);
    const bool in_place = carried || h0.defined() || q.is_cuda();
    auto h = in_place ? copy_or_zeros(h0, state_sizes(q, v), q.options()) : at::Tensor();
    dispatch(q, [&]<class S>() {
      const auto in = arguments<S, const S>(q, k, w, v, u);
#if defined(MADSEARCH_CUDA)
      if (q.is_cuda())
        return kernels::gated_recurrence_cuda<S>(in, data<S>(o), data<S>(h),
                                                 c10::cuda::getCurrentCUDAStream().stream());
#endif
      kernels::gated_recurrence_cpu<S>(in, data<S>(o), data<S>(h));
    });
    return carried ? variable_list{o, h} : variable_list{o};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &q = saved[0], &k = saved[1], &w = saved[2], &v = saved[3], &u = saved[4], &h0 = saved[5];
    const auto d_o = whole(gradients[0]);
    const auto zeros = [](const at::Tensor& like) { return like.defined() ? at::zeros_like(like) : like; };
    auto dq = zeros(q), dk = zeros(k), dw = zeros(w), dv = at::empty_like(v), du = zeros(u);
    const bool carried = gradients.size() > 1, in_place = carried || h0.defined() || q.is_cuda();
    const auto d_state = carried ? whole(gradients[1]) : at::Tensor();
    auto dh = in_place ? copy_or_zeros(d_state, state_sizes(q, v), q.options()) : at::Tensor();
    dispatch(q, [&]<class S>() {
      const auto in = arguments<S, const S>(q, k, w, v, u);
      const auto d = arguments<S, S>(dq, dk, dw, dv, du);
#if defined(MADSEARCH_CUDA)
      if (q.is_cuda()) {
        auto states = room(h0, in.M, in.T, in.K, in.V, q.options());
        return kernels::gated_recurrence_backward_cuda<S>(in, data<S>(states), data<S>(d_o), data<S>(dh), d,
                                                          c10::cuda::getCurrentCUDAStream().stream());
      }
#endif
      kernels::gated_recurrence_backward_cpu<S>(in, data<S>(h0), data<S>(d_o), data<S>(dh), d);
    });
    return {h0.defined() ? dh : at::Tensor(), dq, dk, dw, dv, du, {}};
  }
};

variable_list recur(const at::Tensor& state, const at::Tensor& q, const at::Tensor& k, const at::Tensor& log_decay,
                    const at::Tensor& v, const at::Tensor& bonus, bool carried) {
  auto keys = q.sizes().vec();
  keys.erase(keys.end() - 2);  // [..., K]
  return GatedRecurrenceFunction::apply(maybe(state), whole(q), whole(k), maybe(log_decay), whole(v),
                                        maybe(bonus.defined() ? bonus.expand(keys) : bonus), carried);
}

}  // namespace

at::Tensor selective_scan(const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A, const at::Tensor& b,
                          const at::Tensor& c) {
  return SelectiveScanFunction::apply(Maybe(), whole(u), whole(delta), whole(A), whole(b), whole(c), false)[0];
}

Carried selective_scan_from(const at::Tensor& state, const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A,
                            const at::Tensor& b, const at::Tensor& c) {
  const auto out =
      SelectiveScanFunction::apply(maybe(state), whole(u), whole(delta), whole(A), whole(b), whole(c), true);
  return {out[0], out[1]};
}

at::Tensor gated_recurrence(const at::Tensor& q, const at::Tensor& k, const at::Tensor& log_decay, const at::Tensor& v,
                            const at::Tensor& bonus) {
  return recur({}, q, k, log_decay, v, bonus, false)[0];
}

Carried gated_recurrence_from(const at::Tensor& state, const at::Tensor& q, const at::Tensor& k,
                              const at::Tensor& log_decay, const at::Tensor& v, const at::Tensor& bonus) {
  const auto out = recur(state, q, k, log_decay, v, bonus, true);
  return {out[0], out[1]};
}

}  // namespace madsearch
