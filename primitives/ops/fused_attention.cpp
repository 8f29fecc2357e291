#include "primitives/ops/fused_attention.h"

#include "primitives/kernels/launch.h"
#include "primitives/ops/function.h"

namespace madsearch {
namespace {

struct AttentionFunction : Function<AttentionFunction> {
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

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& queries, const Maybe& keys_values,
                            const Maybe& angles, const Maybe& decay, const AttentionHeads& heads) {
    const auto own = or_undefined(keys_values);
    const auto turns = or_undefined(angles);
    const auto fade = or_undefined(decay);
    const auto R = queries.size(0), B = queries.size(1), T = queries.size(2), H = heads.queries;
    const auto y = at::empty({R, B, T, H * heads.value_size}, queries.options());
    const auto lse = at::empty({R, B, H, T}, queries.options());
    dispatch(y, [&]<class S>() {
      kernels::causal_attention_cpu<S>(arguments<S>(queries, own, turns, fade, heads), data<S>(y), data<S>(lse));
    });
    ctx->save_for_backward({queries, own, turns, fade, y, lse});
    ctx->saved_data["heads"] = std::vector<std::int64_t>{heads.queries,    heads.keys,    heads.values, heads.size,
                                                         heads.value_size, heads.rotated, heads.window, heads.sinks};
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [queries, own, turns, fade, y, lse] = saved_tensors<6>(ctx);
    const auto n = ctx->saved_data["heads"].toIntVector();
    const AttentionHeads heads{n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]};
    const auto dy = gradients[0].contiguous();
    const auto d_queries = zeros_if_defined(queries);
    const auto d_own = zeros_if_defined(own);
    const auto d_fade = zeros_if_defined(fade);
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

bool fuses_attention(const at::Tensor& x, const at::Tensor& fade, const AttentionHeads& heads) {
  constexpr std::int64_t kFew = 128;
  if (!x.is_cpu()) return false;
  // LibTorch takes a fade as a matrix, T x T a head, and its gradient too.
  return fade.defined() || heads.seen(x.size(2)) <= kFew;
}

at::Tensor fused_attention(const at::Tensor& queries, const at::Tensor& keys_values, const at::Tensor& turns,
                           const at::Tensor& fade, const AttentionHeads& heads) {
  const auto own = keys_values.is_same(queries) ? std::nullopt : Maybe(keys_values.contiguous());
  const auto angles = turns.defined() ? Maybe(turns) : std::nullopt;
  const auto decay = fade.defined() ? Maybe(fade.contiguous()) : std::nullopt;
  return AttentionFunction::apply(queries.contiguous(), own, angles, decay, heads);
}

}  // namespace madsearch
