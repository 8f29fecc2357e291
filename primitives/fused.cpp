#include "primitives/fused.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "primitives/kernels/launch.h"
#include "primitives/raw.h"

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
    dispatch(x, [&]<class S>() { kernels::rms_norm_cpu<S>(rows<S>(x, w), static_cast<S>(eps), data<S>(y), data<S>(r)); });
    ctx->save_for_backward({x, w, r});
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &x = saved[0], &w = saved[1], &r = saved[2];
    const auto dy = gradients[0].contiguous();
    auto dx = at::empty_like(x), dw = at::zeros_like(w);
    dispatch(x, [&]<class S>() { kernels::rms_norm_backward_cpu<S>(rows<S>(x, w), data<S>(r), data<S>(dy), data<S>(dx), data<S>(dw)); });
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
    dispatch(a, [&]<class S>() { kernels::silu_gate_backward_cpu<S>(data<S>(a), data<S>(b), data<S>(dy), data<S>(da), data<S>(db), a.numel()); });
    return {da, db};
  }
};

struct ShortConvFunction : torch::autograd::Function<ShortConvFunction> {
  template <class S>
  static kernels::ShortConvolution<S> arguments(const at::Tensor& x, const at::Tensor& w, const at::Tensor& bias) {
    return {data<S>(x), data<S>(w), data<S>(bias), x.size(0), x.size(0) * x.size(1), x.size(2), x.size(3), w.size(1)};
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& w, const std::optional<at::Tensor>& given) {
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
      kernels::short_conv_backward_cpu<S>(arguments<S>(x, w, bias), data<S>(dy), data<S>(dx), data<S>(dw), data<S>(dbias));
    });
    return {dx, dw, dbias};
  }
};

struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
  struct Heads { std::int64_t H, G, d, window; };

  /// Where keys begin in a row of W numbers.
  static std::int64_t keys_at(std::int64_t W, const Heads& heads) { return W - 2 * heads.G * heads.d; }

  template <class S>
  static kernels::CausalAttention<S> arguments(const at::Tensor& queries, const at::Tensor& own, const at::Tensor& turns, const Heads& heads) {
    const auto& rows = own.defined() ? own : queries;
    const auto W = rows.size(3), first = keys_at(W, heads);
    return {data<S>(queries), data<S>(rows) + first, data<S>(rows) + first + heads.G * heads.d, data<S>(turns), queries.size(3), W,
            queries.size(0) * queries.size(1), queries.size(2), heads.H, heads.G, heads.d, heads.window};
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& queries, const std::optional<at::Tensor>& keys_values,
                            const std::optional<at::Tensor>& angles, std::int64_t H, std::int64_t G, std::int64_t d, std::int64_t window) {
    const auto own = keys_values.value_or(at::Tensor()), turns = angles.value_or(at::Tensor());
    const auto R = queries.size(0), B = queries.size(1), T = queries.size(2);
    auto y = at::empty({R, B, T, H * d}, queries.options()), lse = at::empty({R, B, H, T}, queries.options());
    dispatch(y, [&]<class S>() { kernels::causal_attention_cpu<S>(arguments<S>(queries, own, turns, {H, G, d, window}), data<S>(y), data<S>(lse)); });
    ctx->save_for_backward({queries, own, turns, y, lse});
    ctx->saved_data["heads"] = std::vector<std::int64_t>{H, G, d, window};
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &queries = saved[0], &own = saved[1], &turns = saved[2], &y = saved[3], &lse = saved[4];
    const auto sizes = ctx->saved_data["heads"].toIntVector();
    const Heads heads{sizes[0], sizes[1], sizes[2], sizes[3]};
    const auto dy = gradients[0].contiguous();
    auto d_queries = at::zeros_like(queries), d_own = own.defined() ? at::zeros_like(own) : at::Tensor();
    dispatch(y, [&]<class S>() {
      const auto& rows = own.defined() ? d_own : d_queries;
      S* keys = data<S>(rows) + keys_at(rows.size(3), heads);
      kernels::causal_attention_backward_cpu<S>(arguments<S>(queries, own, turns, heads), data<S>(y), data<S>(lse), data<S>(dy), data<S>(d_queries),
                                                keys, keys + heads.G * heads.d);
    });
    return {d_queries, d_own, {}, {}, {}, {}, {}};
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
  for (std::int64_t lag = 0; lag < std::min(taps, T); ++lag) {  // a few shifted products: faster than a grouped convolution
    const auto w = weight.select(2, taps - 1 - lag).unsqueeze(1).unsqueeze(1);  // [R, 1, 1, C]
    if (lag == 0) {
      y = bias.defined() ? at::addcmul(bias.unsqueeze(1).unsqueeze(1), x, w) : x * w;
    } else {
      y = y + at::constant_pad_nd(x.slice(2, 0, T - lag) * w, {0, 0, lag, 0});
    }
  }
  return y;
}

bool fuses_attention(const at::Tensor& x) {
  constexpr std::int64_t kShort = 128;
  return x.is_cpu() && x.size(2) <= kShort;
}

at::Tensor fused_attention(const at::Tensor& queries, const at::Tensor& keys_values, const at::Tensor& turns, std::int64_t H, std::int64_t G,
                           std::int64_t d, std::int64_t window) {
  std::optional<at::Tensor> own, angles;
  if (!keys_values.is_same(queries)) own.emplace(keys_values.contiguous());
  if (turns.defined()) angles.emplace(turns);
  return AttentionFunction::apply(queries.contiguous(), own, angles, H, G, d, window);
}

}  // namespace madsearch
