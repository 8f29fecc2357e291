#include "primitives/ops/gated_recurrence.h"

#include "primitives/kernels/launch.h"
#include "primitives/kernels/outer_of.h"
#include "primitives/ops/function.h"

namespace madsearch {
namespace {

/// Outputs {o}, or {o, state} if the state after the last token is wanted. w = exp(log decay) here, so that the
/// exponentials are taken all at once; its gradient is that of the logarithm.
struct GatedRecurrenceFunction : Function<GatedRecurrenceFunction> {
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
    const auto h0 = or_undefined(initial);
    const auto u = or_undefined(bonus);
    const auto w = log_decay ? log_decay->exp() : at::Tensor();
    ctx->save_for_backward({q, k, w, v, u, h0});
    const auto o = at::empty_like(v);
    const bool in_place = carried || h0.defined();
    const auto h = in_place ? copy_or_zeros(h0, state_sizes(q, v), q.options()) : at::Tensor();
    launch(q, [&]<class S>(auto device) {
      const auto in = arguments<S, const S>(q, k, w, v, u);
      if constexpr (device.kCuda)
        kernels::outer_scan_cuda<S>(kernels::outer_of(in), data<S>(h0), data<S>(o), nullptr, data<S>(h), device.stream);
      else
        kernels::gated_recurrence_cpu<S>(in, data<S>(o), data<S>(h));
    });
    return carried ? variable_list{o, h} : variable_list{o};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [q, k, w, v, u, h0] = saved_tensors<6>(ctx);
    const auto d_o = whole(gradients[0]);
    const auto dq = at::zeros_like(q);
    const auto dk = at::zeros_like(k);
    auto dw = zeros_if_defined(w);
    const auto dv = at::empty_like(v);
    const auto du = zeros_if_defined(u);
    const bool carried = gradients.size() > 1;
    const bool in_place = carried || h0.defined();
    const auto d_state = carried ? whole(gradients[1]) : at::Tensor();
    const auto dh = in_place ? copy_or_zeros(d_state, state_sizes(q, v), q.options()) : at::Tensor();
    launch(q, [&]<class S>(auto device) {
      const auto in = arguments<S, const S>(q, k, w, v, u);
      if constexpr (device.kCuda) {
        const auto each = w.defined() ? at::empty_like(q) : at::Tensor();  // of each key channel
        const auto inner = at::empty({in.M, in.K}, q.options());
        const kernels::OuterGradients<S> d = {
            .q = data<S>(dq), .k = data<S>(dk), .v = data<S>(dv), .log_w = data<S>(each), .bonus = data<S>(du)};
        kernels::outer_scan_backward_cuda<S>(kernels::outer_of(in), data<S>(h0), nullptr, data<S>(d_o),
                                             data<S>(d_state), d, nullptr, data<S>(inner), data<S>(dh), device.stream);
        if (w.defined()) dw = each.sum_to_size(w.sizes());
      } else {
        const auto d = arguments<S, S>(dq, dk, dw, dv, du);
        kernels::gated_recurrence_backward_cpu<S>(in, data<S>(h0), data<S>(d_o), data<S>(dh), d);
      }
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
