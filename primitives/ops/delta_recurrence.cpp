#include "primitives/ops/delta_recurrence.h"

#include "primitives/kernels/launch_delta.h"
#include "primitives/kernels/outer_of.h"
#include "primitives/ops/function.h"

namespace madsearch {
namespace {

struct DeltaRecurrenceFunction : Function<DeltaRecurrenceFunction> {
  enum Saved { kQ, kA, kB, kK, kV, kW, kState, kChange };

  template <class S>
  static kernels::DeltaRecurrence<S> arguments(const variable_list& in) {
    const auto T = in[kQ].size(-3), H = in[kQ].size(-2), K = in[kQ].size(-1);
    return {.q = data<S>(in[kQ]),
            .a = data<S>(in[kA]),
            .b = data<S>(in[kB]),
            .k = data<S>(in[kK]),
            .v = data<S>(in[kV]),
            .w = data<S>(in[kW]),
            .N = in[kQ].numel() / (T * H * K),
            .T = T,
            .H = H,
            .K = K,
            .V = in[kV].size(-1),
            .steps = in[kV].size(-3) / T};
  }

  /// [..., H, K, V]
  static std::vector<std::int64_t> state_sizes(const at::Tensor& q, const at::Tensor& v) {
    auto out = q.sizes().vec();
    out.erase(out.end() - 3);
    out.push_back(v.size(-1));
    return out;
  }

  /// [..., T, H, V]
  static std::vector<std::int64_t> output_sizes(const at::Tensor& q, const at::Tensor& v) {
    auto out = q.sizes().vec();
    out.back() = v.size(-1);
    return out;
  }

  static variable_list forward(AutogradContext* ctx, const at::Tensor& q, const at::Tensor& a, const at::Tensor& b,
                               const Maybe& k, const at::Tensor& v, const Maybe& w, const Maybe& state) {
    const variable_list in = {
        q, a, b, or_undefined(k), v, or_undefined(w), or_undefined(state), at::empty_like(v),
    };
    ctx->save_for_backward(in);
    ctx->set_materialize_grads(false);
    const auto o = at::empty(output_sizes(q, v), q.options());
    const auto h = copy_or_zeros(in[kState], state_sizes(q, v), q.options());
    launch(q, [&]<class S>(auto device) {
      const auto all = arguments<S>(in);
      if constexpr (device.kCuda)
        kernels::outer_scan_cuda<S>(kernels::outer_of(all), data<S>(in[kState]), data<S>(o), data<S>(in[kChange]),
                                    data<S>(h), device.stream);
      else
        kernels::delta_recurrence_cpu<S>(all, data<S>(o), data<S>(h), data<S>(in[kChange]));
    });
    return {o, h};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto in = ctx->get_saved_variables();
    const auto &q = in[kQ], &v = in[kV], &state = in[kState];
    const auto d_o = gradients[0].defined() ? whole(gradients[0]) : at::zeros(output_sizes(q, v), q.options());
    const auto d_last = whole(gradients[1]);
    const auto dh = copy_or_zeros(d_last, state_sizes(q, v), q.options());
    auto out = zero_gradients(in, kState);
    launch(q, [&]<class S>(auto device) {
      const auto all = arguments<S>(in);
      if constexpr (device.kCuda) {
        const auto du = at::empty_like(v);
        const auto inner = at::empty({all.N, all.H, all.K}, q.options());
        const kernels::OuterGradients<S> d = {.q = data<S>(out[kQ]),
                                              .a = data<S>(out[kA]),
                                              .b = data<S>(out[kB]),
                                              .k = data<S>(out[kK]),
                                              .v = data<S>(out[kV]),
                                              .log_w = data<S>(out[kW])};
        kernels::outer_scan_backward_cuda<S>(kernels::outer_of(all), data<S>(state), data<S>(in[kChange]), data<S>(d_o),
                                             data<S>(d_last), d, data<S>(du), data<S>(inner), data<S>(dh),
                                             device.stream);
        // The caller's w is exp(log w), whose backward multiplies by w.
        if (in[kW].defined()) out[kW] = at::where(in[kW] > 0, out[kW] / in[kW], 0);
      } else {
        const kernels::DeltaGradients<S> d = {data<S>(out[kQ]), data<S>(out[kA]), data<S>(out[kB]),
                                              data<S>(out[kK]), data<S>(out[kV]), data<S>(out[kW])};
        kernels::delta_recurrence_backward_cpu<S>(all, data<S>(state), data<S>(in[kChange]), data<S>(d_o), d,
                                                  data<S>(dh));
      }
    });
    out.push_back(state.defined() ? dh : at::Tensor());
    return out;
  }
};

}  // namespace

std::pair<at::Tensor, at::Tensor> delta_recurrence(const DeltaInputs& in, const at::Tensor& state) {
  const auto w = in.log_decay.defined() ? at::exp(whole(in.log_decay)).expand_as(in.q) : at::Tensor();
  const auto out = DeltaRecurrenceFunction::apply(whole(in.q), whole(in.a), whole(in.b), maybe(in.k), whole(in.v),
                                                  maybe(w), maybe(state));
  return {out[0], out[1]};
}

at::Tensor delta_step(const DeltaInputs& in, at::Tensor& state) {
  // [..., H, K, 1]
  const auto column = [](const at::Tensor& x, std::int64_t s) { return x.select(-3, s).unsqueeze(-1); };
  for (std::int64_t s = 0; s < in.v.size(-3); ++s) {
    const auto recalled = (column(in.b, s) * state).sum(-2, true);  // [..., H, 1, V]
    const auto v = in.v.select(-3, s).unsqueeze(-2);                // [..., H, 1, V]
    const auto kept = s == 0 && in.log_decay.defined() ? at::exp(column(in.log_decay, 0)) * state : state;
    state = in.k.defined() ? kept + column(in.a, s) * recalled + column(in.k, s) * v
                           : kept + column(in.a, s) * (recalled - v);
  }
  return (column(in.q, 0) * state).sum(-2).unsqueeze(-3);
}

}  // namespace madsearch
