#include <ATen/ATen.h>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/mixer.h"
#include "primitives/ops/slot_attention.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class GatedSlotAttention : public Mixer {
 public:
  GatedSlotAttention(const Settings& set, const Build& build)
      : heads_(set.count("heads")),
        slots_(set.count("slots")),
        q_(build.inside("q_proj"), build.width, build.width),
        k_(build.inside("k_proj"), build.width, build.width),
        v_(build.inside("v_proj"), build.width, build.width),
        f_(build.inside("f_proj"), build.width, heads_ * slots_),
        out_(build.inside("o_proj"), build.width, build.width),
        norm_(build.inside("g_norm"), build.width) {
    child("q_proj", q_);
    child("k_proj", k_);
    child("v_proj", v_);
    child("f_proj", f_);
    child("o_proj", out_);
    child("g_norm", norm_);
    if (!taps(set)) return;
    for (const char* name : {"q_conv1d", "k_conv1d", "v_conv1d"}) {
      convs_.push_back(std::make_unique<CausalConv>(build.inside(name), build.width, taps(set), false));
      child(name, *convs_.back());
    }
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto activated = [&](std::size_t n, const at::Tensor& u) {
      return at::silu(convs_.empty() ? u : at::silu((*convs_[n])(u)));
    };
    // [R, B, H, T, ...]
    const auto heads = [&](const at::Tensor& u) { return u.unflatten(-1, {heads_, -1}).transpose(2, 3); };
    const auto decay = heads(log_decay(x));
    const auto slots = slot_attention({.q = heads(activated(0, q_(x))),
                                       .k = heads(activated(1, k_(x))),
                                       .v = heads(activated(2, v_(x))),
                                       .written = written(decay),
                                       .log_decay = decay});
    return out_(norm_(at::silu(slots.o.transpose(2, 3).flatten(-2))));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) {
      state.tensors.resize(5);  // K transposed, V, and what each convolution still sees
      const auto R = x.size(0), B = x.size(1), d = x.size(2) / heads_;
      state.tensors[0] = at::zeros({R, B, heads_, d, slots_}, x.options());
      state.tensors[1] = at::zeros({R, B, heads_, slots_, d}, x.options());
    }
    const auto activated = [&](std::size_t n, const at::Tensor& u) {
      return at::silu(convs_.empty() ? u : at::silu(convs_[n]->step(u, state.tensors[n + 2])));
    };
    const auto heads = [&](const at::Tensor& u) { return u.unflatten(-1, {heads_, -1}); };  // [R, B, H, ...]
    const auto decay = heads(log_decay(x));
    const auto kept = at::exp(decay);
    auto &K = state.tensors[0], &V = state.tensors[1];
    K = K * kept.unsqueeze(-2) + heads(activated(1, k_(x))).unsqueeze(-1) * written(decay).unsqueeze(-2);
    V = kept.unsqueeze(-1) * V + written(decay).unsqueeze(-1) * heads(activated(2, v_(x))).unsqueeze(-2);
    ++state.position;
    const auto q = heads(activated(0, q_(x))).unsqueeze(-2);
    const auto o = at::matmul(at::softmax(at::matmul(q, K), -1), V).squeeze(-2);
    return out_(norm_(at::silu(o.flatten(-2))));
  }

 private:
  at::Tensor log_decay(const at::Tensor& x) const { return at::log_sigmoid(f_(x)) / 8; }
  static at::Tensor written(const at::Tensor& decay) { return -at::expm1(decay); }

  std::int64_t heads_, slots_;
  Linear q_, k_, v_, f_, out_;
  RMSNorm norm_;
  std::vector<std::unique_ptr<CausalConv>> convs_;  // of queries, keys and values, or none
};

}  // namespace

std::unique_ptr<Mixer> build_gated_slot_attention(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<GatedSlotAttention>(set, build);
}

}  // namespace madsearch
