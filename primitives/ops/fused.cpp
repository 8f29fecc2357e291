#include "primitives/ops/fused.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "primitives/kernels/launch.h"
#include "primitives/ops/raw.h"

namespace madsearch {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct RmsNormFunction : torch::autograd::Function<RmsNormFunction> {
  template <class S>
  static kernels::Rows<S> rows(const at::Tensor& x, const at::Tensor& w) {
    return {data<S>(x), data<S>(w), w.size(0), x.numel() / x.size(-1), x.size(-1)};
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& w, double eps) {
    auto y = at::empty_like(x), r = at::empty({x.numel() / x.size(-1)}, x.options());
    dispatch(x,
             [&]<class S>() { kernels::rms_norm_cpu<S>(rows<S>(x, w), static_cast<S>(eps), data<S>(y), data<S>(r)); });
    ctx->save_for_backward({x, w, r});
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &x = saved[0], &w = saved[1], &r = saved[2];
    const auto dy = gradients[0].contiguous();
    auto dx = at::empty_like(x), dw = at::zeros_like(w);
    dispatch(x, [&]<class S>() {
      kernels::rms_norm_backward_cpu<S>(rows<S>(x, w), data<S>(r), data<S>(dy), data<S>(dx), data<S>(dw));
    });
    return {dx, dw, {}};
  }
};

struct SiluGateFunction : torch::autograd::Function<SiluGateFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& a, const at::Tensor& b) {
    auto y = at::empty_like(a);
    dispatch(a, [&]<class S>() { kernels::silu_gate_cpu<S>(data<S>(a), data<S>(b), data<S>(y), a.numel()); });
    ctx->save_for_backward({a, b});
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &a = saved[0], &b = saved[1];
    const auto dy = gradients[0].contiguous();
    auto da = at::empty_like(a), db = at::empty_like(b);
    dispatch(a, [&]<class S>() {
      kernels::silu_gate_backward_cpu<S>(data<S>(a), data<S>(b), data<S>(dy), data<S>(da), data<S>(db), a.numel());
    });
    return {da, db};
  }
};

struct ShortConvFunction : torch::autograd::Function<ShortConvFunction> {
  template <class S>
  static kernels::ShortConvolution<S> arguments(const at::Tensor& x, const at::Tensor& w, const at::Tensor& bias) {
    return {data<S>(x), data<S>(w), data<S>(bias), x.size(0), x.size(0) * x.size(1), x.size(2), x.size(3), w.size(1)};
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& w,
                            const std::optional<at::Tensor>& given) {
    const auto bias = given.value_or(at::Tensor());
    auto y = at::empty_like(x);
    dispatch(x, [&]<class S>() { kernels::short_conv_cpu<S>(arguments<S>(x, w, bias), data<S>(y)); });
    ctx->save_for_backward({x, w, bias});
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &x = saved[0], &w = saved[1], &bias = saved[2];
    const auto dy = gradients[0].contiguous();
    auto dx = at::empty_like(x), dw = at::zeros_like(w), dbias = bias.defined() ? at::zeros_like(bias) : at::Tensor();
    dispatch(x, [&]<class S>() {
      kernels::short_conv_backward_cpu<S>(arguments<S>(x, w, bias), data<S>(dy), data<S>(dx), data<S>(dw),
                                          data<S>(dbias));
    });
    return {dx, dw, dbias};
  }
};

struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
  /// Where keys begin in a row of W numbers.
  static std::int64_t keys_at(std::int64_t W, const AttentionHeads& heads) {
    return W - heads.key_numbers() - heads.value_numbers();
  }

  template <class S>
  static kernels::CausalAttention<S> arguments(const at::Tensor& queries, const at::Tensor& own,
                                               const at::Tensor& turns, const at::Tensor& fade,
                                               const AttentionHeads& heads) {
    const auto& rows = own.defined() ? own : queries;
    const auto W = rows.size(3);
    const S* keys = data<S>(rows) + keys_at(W, heads);
    return {.q = data<S>(queries),
            .k = keys,
            .v = keys + heads.key_numbers(),
            .turns = data<S>(turns),
            .fade = data<S>(fade),
            .q_row = queries.size(3),
            .k_row = W,
            .M = queries.size(0) * queries.size(1),
            .T = queries.size(2),
            .H = heads.queries,
            .G = heads.keys,
            .U = heads.values,
            .d = heads.size,
            .e = heads.value_size,
            .turned = heads.rotated,
            .window = heads.window,
            .sinks = heads.sinks};
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& queries,
                            const std::optional<at::Tensor>& keys_values, const std::optional<at::Tensor>& angles,
                            const std::optional<at::Tensor>& decay, const AttentionHeads& heads) {
    const auto own = keys_values.value_or(at::Tensor()), turns = angles.value_or(at::Tensor()),
               fade = decay.value_or(at::Tensor());
    const auto R = queries.size(0), B = queries.size(1), T = queries.size(2), H = heads.queries;
    auto y = at::empty({R, B, T, H * heads.value_size}, queries.options()),
         lse = at::empty({R, B, H, T}, queries.options());
    dispatch(y, [&]<class S>() {
      kernels::causal_attention_cpu<S>(arguments<S>(queries, own, turns, fade, heads), data<S>(y), data<S>(lse));
    });
    ctx->save_for_backward({queries, own, turns, fade, y, lse});
    ctx->saved_data["heads"] = std::vector<std::int64_t>{heads.queries,    heads.keys,    heads.values, heads.size,
                                                         heads.value_size, heads.rotated, heads.window, heads.sinks};
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &queries = saved[0], &own = saved[1], &turns = saved[2], &fade = saved[3], &y = saved[4],
               &lse = saved[5];
    const auto n = ctx->saved_data["heads"].toIntVector();
    const AttentionHeads heads{n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]};
    const auto dy = gradients[0].contiguous();
    const auto zeros = [](const at::Tensor& x) { return x.defined() ? at::zeros_like(x) : at::Tensor(); };
    const auto d_queries = zeros(queries), d_own = zeros(own), d_fade = zeros(fade);
    dispatch(y, [&]<class S>() {
      const auto& rows = own.defined() ? d_own : d_queries;
      S* keys = data<S>(rows) + keys_at(rows.size(3), heads);
      kernels::causal_attention_backward_cpu<S>(arguments<S>(queries, own, turns, fade, heads), data<S>(y),
                                                data<S>(lse), data<S>(dy), data<S>(d_queries), keys,
                                                keys + heads.key_numbers(), data<S>(d_fade));
    });
    return {d_queries, d_own, {}, d_fade, {}};
  }
};

}  // namespace

at::Tensor fused_rms_norm(const at::Tensor& x, const at::Tensor& w, double eps) {
  if (x.is_cpu()) return RmsNormFunction::apply(x.contiguous(), w.contiguous(), eps);
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(x.dim()), 1);
  sizes.front() = w.size(0);
  sizes.back() = w.size(1);
  return x * at::rsqrt(x.square().mean(-1, true) + eps) * w.view(sizes);
}

at::Tensor fused_silu_gate(const at::Tensor& a, const at::Tensor& b) {
  if (a.is_cpu()) return SiluGateFunction::apply(a.contiguous(), b.contiguous());
  return at::silu(a) * b;
}

at::Tensor fused_short_conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const auto T = x.size(2), taps = weight.size(2);
  if (x.is_cpu()) {
    std::optional<at::Tensor> given;
    if (bias.defined()) given.emplace(bias.contiguous());
    return ShortConvFunction::apply(x.contiguous(), weight.flip(2).transpose(1, 2).contiguous(), given);
  }
  at::Tensor y;
  for (std::int64_t lag = 0; lag < std::min(taps, T);
       ++lag) {  // a few shifted products: faster than a grouped convolution
    const auto w = weight.select(2, taps - 1 - lag).unsqueeze(1).unsqueeze(1);  // [R, 1, 1, C]
    if (lag == 0) {
      y = bias.defined() ? at::addcmul(bias.unsqueeze(1).unsqueeze(1), x, w) : x * w;
    } else {
      y = y + at::constant_pad_nd(x.slice(2, 0, T - lag) * w, {0, 0, lag, 0});
    }
  }
  return y;
}

bool fuses_attention(const at::Tensor& x, const at::Tensor& fade, const AttentionHeads& heads) {
  constexpr std::int64_t kFew = 128;
  if (!x.is_cpu()) return false;
  return fade.defined() ||
         heads.seen(x.size(2)) <= kFew;  // LibTorch takes a fade as a matrix, T x T a head, and its gradient
}

at::Tensor fused_attention(const at::Tensor& queries, const at::Tensor& keys_values, const at::Tensor& turns,
                           const at::Tensor& fade, const AttentionHeads& heads) {
  std::optional<at::Tensor> own, angles, decay;
  if (!keys_values.is_same(queries)) own.emplace(keys_values.contiguous());
  if (turns.defined()) angles.emplace(turns);
  if (fade.defined()) decay.emplace(fade.contiguous());
  return AttentionFunction::apply(queries.contiguous(), own, angles, decay, heads);
}

}  // namespace madsearch
