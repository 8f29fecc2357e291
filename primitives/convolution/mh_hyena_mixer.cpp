#include <ATen/ATen.h>

#include <optional>

#include "primitives/convolution/hyena_filter.h"
#include "primitives/layers/causal_conv.h"
#include "primitives/layers/distillation.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/mixer.h"
#include "primitives/ops/gpu.h"
#include "primitives/ops/product_convolution.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class MultiHeadHyena : public Mixer {
 public:
  MultiHeadHyena(const Settings& set, const Build& build)
      : size_(set.count("head_size")),
        heads_(build.width / size_),
        groups_(set.count("proj_groups")),
        in_(build.inside("in_proj"), build.width, 3 * build.width / groups_, {.bias = true}),
        filter_(build.inside("long_conv.filter"), heads_, set.count("filter_order")),
        out_(build.inside("out_proj"), build.width, build.width, {.bias = true}) {
    child("in_proj", in_);
    if (const auto k = taps(set))
      child("short_filter", conv_.emplace(build.inside("short_filter"), 3 * build.width, k));
    parameter("long_conv.bias", bias_, normal_init(build, "long_conv.bias", {heads_}, 1));
    child("long_conv.filter", filter_);
    child("out_proj", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto R = x.size(0), B = x.size(1), T = x.size(2), D = x.size(3);
    const auto projected = in_(x).repeat({1, 1, 1, groups_});
    const auto parts = (conv_ ? (*conv_)(projected) : projected).chunk(3, -1);
    // [R, B, H, T, M]
    const auto heads = [&](const at::Tensor& u) { return u.view({R, B, T, heads_, size_}).transpose(2, 3); };
    auto h = distilled() ? distilled()->responses(T) : filter_(T);  // [R, H, T]
    // The bias is one more weight on the current token.
    h = at::cat({h.slice(-1, 0, 1) + bias_.unsqueeze(-1), h.slice(-1, 1)}, -1);
    const auto x1 = heads(parts[0]);
    const auto x2 = heads(parts[1]);
    const auto v = heads(parts[2]);
    constexpr std::int64_t kScores = 128;  // up to here T² scores a head are cheaper than M² convolutions
    const auto y = T <= kScores ? with_scores(x1, x2, v, h)
                   : on_gpu(x)  ? product_convolution(x1, x2, v, h)
                                : with_products(x1, x2, v, h);  // [R, B, H, T, M]
    return out_(y.transpose(2, 3).reshape({R, B, T, D}));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    const auto R = x.size(0), B = x.size(1), D = x.size(2);
    if (state.tensors.empty()) state.tensors.resize(distilled() ? 2 : 3);
    const auto projected = in_(x).repeat({1, 1, groups_});
    const auto parts = (conv_ ? conv_->step(projected, state.tensors.back()) : projected).chunk(3, -1);
    const auto heads = [&](const at::Tensor& u) { return u.view({R, B, heads_, 1, size_}); };
    const auto x1 = heads(parts[0]);
    const auto x2 = heads(parts[1]);
    const auto v = heads(parts[2]);
    ++state.position;
    const auto y = distilled() ? step_with_products(x1, x2, v, state.tensors[0])
                               : step_with_scores(x1, x2, v, state.tensors[0], state.tensors[1]);
    return out_(y.reshape({R, B, D}));
  }

  at::Tensor long_filters() const override { return filter_.whole(); }

 private:
  static at::Tensor with_scores(const at::Tensor& x1, const at::Tensor& x2, const at::Tensor& v, const at::Tensor& h) {
    const auto T = h.size(-1);
    const auto position = at::arange(T, h.options().dtype(at::kLong));
    const auto lag = position.unsqueeze(1) - position;  // [t, s] -> t - s
    const auto fade = h.index_select(-1, lag.clamp_min(0).flatten()).view({h.size(0), h.size(1), T, T}) * (lag >= 0);
    return at::matmul(at::matmul(x1, v.transpose(-1, -2)) * fade.unsqueeze(1), x2);
  }

  /// Exact: the past of v and x2 meets the current x1, like keys and values. x1, x2, v and the result [R, B, H, 1, M].
  at::Tensor step_with_scores(const at::Tensor& x1, const at::Tensor& x2, const at::Tensor& v, at::Tensor& past_v,
                              at::Tensor& past_x2) const {
    past_v = past_v.defined() ? at::cat({past_v, v}, 3) : v;
    past_x2 = past_x2.defined() ? at::cat({past_x2, x2}, 3) : x2;
    auto h = filter_(past_v.size(3));
    h = at::cat({h.slice(-1, 0, 1) + bias_.unsqueeze(-1), h.slice(-1, 1)}, -1).flip(-1);  // [R, H, t], the oldest first
    return at::matmul(at::matmul(x1, past_v.transpose(-1, -2)) * h.unsqueeze(1).unsqueeze(3), past_x2);
  }

  /// Distilled: each head's M² products go through its recurrence.
  at::Tensor step_with_products(const at::Tensor& x1, const at::Tensor& x2, const at::Tensor& v,
                                at::Tensor& states) const {
    const auto w = v.transpose(-1, -2) * x2;  // [R, B, H, M, M]
    const auto faded =
        distilled()->step(w.flatten(3), states).view_as(w) + bias_.unsqueeze(1).unsqueeze(-1).unsqueeze(-1) * w;
    return at::matmul(x1, faded);
  }

  /// The outer products of every token, convolved by FFT: time of order T log T, memory of order T.
  static at::Tensor with_products(const at::Tensor& x1, const at::Tensor& x2, const at::Tensor& v,
                                  const at::Tensor& h) {
    const auto T = h.size(-1);
    const auto channels_first = [](const at::Tensor& u) { return u.transpose(-1, -2); };  // [R, B, H, M, T]
    const auto w = channels_first(v).unsqueeze(4) * channels_first(x2).unsqueeze(3);      // [R, B, H, i, j, T]
    const auto spectrum = at::fft_rfft(h, 2 * T).unsqueeze(1).unsqueeze(3).unsqueeze(3);  // [R, 1, H, 1, 1, T + 1]
    const auto faded = at::fft_irfft(at::fft_rfft(w, 2 * T) * spectrum, 2 * T).slice(-1, 0, T);
    return channels_first((channels_first(x1).unsqueeze(4) * faded).sum(3));
  }

  std::int64_t size_, heads_, groups_;
  Linear in_;
  std::optional<CausalConv> conv_;
  HyenaFilter filter_;
  Linear out_;
  at::Tensor bias_;  // [R, H]
};

}  // namespace

std::unique_ptr<Mixer> build_mh_hyena(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<MultiHeadHyena>(set, build);
}

}  // namespace madsearch
