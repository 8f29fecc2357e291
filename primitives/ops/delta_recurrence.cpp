#include "primitives/ops/delta_recurrence.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "primitives/kernels/launch_delta.h"
#include "primitives/ops/raw.h"
#if defined(MADSEARCH_CUDA)
#include <c10/cuda/CUDAStream.h>
#endif

namespace madsearch {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct DeltaRecurrenceFunction : torch::autograd::Function<DeltaRecurrenceFunction> {
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
  static at::Tensor zero_state(const at::Tensor& q, const at::Tensor& v) {
    auto sizes = q.sizes().vec();
    sizes.erase(sizes.end() - 3);
    sizes.push_back(v.size(-1));
    return at::zeros(sizes, q.options());
  }

  static variable_list forward(AutogradContext* ctx, const at::Tensor& q, const at::Tensor& a, const at::Tensor& b,
                               const std::optional<at::Tensor>& k, const at::Tensor& v,
                               const std::optional<at::Tensor>& w, const std::optional<at::Tensor>& state) {
    const at::Tensor none;
    const variable_list in = {q, a, b, k.value_or(none), v, w.value_or(none), state.value_or(none), at::empty_like(v)};
    ctx->save_for_backward(in);
    ctx->set_materialize_grads(false);
    auto sizes = q.sizes().vec();
    sizes.back() = v.size(-1);
    auto o = at::empty(sizes, q.options()), h = state ? state->clone() : zero_state(q, v);
    dispatch(q, [&]<class S>() {
#if defined(MADSEARCH_CUDA)
      if (q.is_cuda())
        return kernels::delta_recurrence_cuda<S>(arguments<S>(in), data<S>(o), data<S>(h), data<S>(in[kChange]),
                                                 c10::cuda::getCurrentCUDAStream().stream());
#endif
      kernels::delta_recurrence_cpu<S>(arguments<S>(in), data<S>(o), data<S>(h), data<S>(in[kChange]));
    });
    return {o, h};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto in = ctx->get_saved_variables();
    const auto &q = in[kQ], &v = in[kV], &state = in[kState];
    auto sizes = q.sizes().vec();
    sizes.back() = v.size(-1);
    const auto d_o = gradients[0].defined() ? whole(gradients[0]) : at::zeros(sizes, q.options());
    auto dh = gradients[1].defined() ? whole(gradients[1]).clone() : zero_state(q, v);
    variable_list out;
    for (int input = kQ; input < kState; ++input)
      out.push_back(in[input].defined() ? at::zeros_like(in[input]) : at::Tensor());
    dispatch(q, [&]<class S>() {
      const kernels::DeltaGradients<S> d = {data<S>(out[kQ]), data<S>(out[kA]), data<S>(out[kB]),
                                            data<S>(out[kK]), data<S>(out[kV]), data<S>(out[kW])};
#if defined(MADSEARCH_CUDA)
      if (q.is_cuda()) {
        dh = dh.transpose(-1, -2).contiguous();
        auto all = dh.sizes().vec();
        all.insert(all.end() - 2, v.size(-3) + 1);
        auto states = at::empty(all, q.options()), first = states.select(-3, 0);
        if (state.defined())
          first.copy_(state.transpose(-1, -2));
        else
          first.zero_();
        kernels::delta_recurrence_backward_cuda<S>(arguments<S>(in), data<S>(in[kChange]), data<S>(d_o), d, data<S>(dh),
                                                   data<S>(states), c10::cuda::getCurrentCUDAStream().stream());
        dh = dh.transpose(-1, -2);
        return;
      }
#endif
      kernels::delta_recurrence_backward_cpu<S>(arguments<S>(in), data<S>(state), data<S>(in[kChange]), data<S>(d_o), d,
                                                data<S>(dh));
    });
    out.push_back(state.defined() ? dh : at::Tensor());
    return out;
  }
};

}  // namespace

std::pair<at::Tensor, at::Tensor> delta_recurrence(const DeltaInputs& in, const at::Tensor& state) {
  const auto given = [](const at::Tensor& x) {
    return x.defined() ? std::optional<at::Tensor>(whole(x)) : std::nullopt;
  };
  const auto w = in.log_decay.defined() ? at::exp(whole(in.log_decay)).expand_as(in.q) : at::Tensor();
  const auto out = DeltaRecurrenceFunction::apply(whole(in.q), whole(in.a), whole(in.b), given(in.k), whole(in.v),
                                                  given(w), given(state));
  return {out[0], out[1]};
}

at::Tensor delta_step(const DeltaInputs& in, at::Tensor& state) {
  const auto column = [](const at::Tensor& x, std::int64_t s) {
    return x.select(-3, s).unsqueeze(-1);
  };  // [..., H, K, 1]
  for (std::int64_t s = 0; s < in.v.size(-3); ++s) {
    const auto recalled = (column(in.b, s) * state).sum(-2, true),
               v = in.v.select(-3, s).unsqueeze(-2);  // [..., H, 1, V]
    const auto kept = s == 0 && in.log_decay.defined() ? at::exp(column(in.log_decay, 0)) * state : state;
    state = in.k.defined() ? kept + column(in.a, s) * recalled + column(in.k, s) * v
                           : kept + column(in.a, s) * (recalled - v);
  }
  return (column(in.q, 0) * state).sum(-2).unsqueeze(-3);
}

}  // namespace madsearch
