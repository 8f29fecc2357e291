#include <ATen/ATen.h>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/mixer.h"
#include "primitives/ops/gated_recurrence.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class HGRN2 : public Mixer {
 public:
  HGRN2(const Settings& set, const Build& build)
      : size_(set.count("state")),
        least_(set.at("lower_bound").real()),
        q_(build.inside("q_proj"), build.width, build.width),
        f_(build.inside("f_proj"), build.width, build.width),
        i_(build.inside("i_proj"), build.width, build.width),
        out_(build.inside("o_proj"), build.width, build.width),
        norm_(build.inside("g_norm"), build.width) {
    child("q_proj", q_);
    child("f_proj", f_);
    child("i_proj", i_);
    child("o_proj", out_);
    child("g_norm", norm_);
    if (!taps(set)) return;
    for (const char* name : {"q_conv1d", "f_conv1d", "i_conv1d"}) {
      convs_.push_back(std::make_unique<CausalConv>(build.inside(name), build.width, taps(set), false));
      child(name, *convs_.back());
    }
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto convolved = [&](std::size_t n, const at::Tensor& u) { return convs_.empty() ? u : (*convs_[n])(u); };
    // [R, B, H, T, N]
    const auto heads = [&](const at::Tensor& u) { return u.unflatten(-1, {-1, size_}).transpose(2, 3); };
    const auto f = convolved(1, f_.precise(x));
    const auto o = gated_recurrence(heads(at::silu(convolved(0, q_(x)))), heads(written(f)), heads(log_forget(f)),
                                    heads(convolved(2, i_(x))));
    return out_(norm_(o.transpose(2, 3).flatten(-2)));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) {
      state.tensors.resize(4);  // S, and what each convolution still sees
      state.tensors[0] = at::zeros({x.size(0), x.size(1), x.size(2) / size_, size_, size_}, x.options());
    }
    const auto convolved = [&](std::size_t n, const at::Tensor& u) {
      return convs_.empty() ? u : convs_[n]->step(u, state.tensors[n + 1]);
    };
    const auto heads = [&](const at::Tensor& u) { return u.unflatten(-1, {-1, size_}); };  // [R, B, H, N]
    const auto f = convolved(1, f_.precise(x));
    auto& S = state.tensors[0];
    S = at::exp(heads(log_forget(f))).unsqueeze(-1) * S +
        heads(written(f)).unsqueeze(-1) * heads(convolved(2, i_(x))).unsqueeze(-2);
    ++state.position;
    const auto o = at::matmul(heads(at::silu(convolved(0, q_(x)))).unsqueeze(-2), S).squeeze(-2);
    return out_(norm_(o.flatten(-2)));
  }

 private:
  at::Tensor log_forget(const at::Tensor& f) const {
    return least_ > 0 ? at::log(least_ + (1 - least_) * at::sigmoid(f)) : at::log_sigmoid(f);
  }
  // 1 - forget, to full precision
  at::Tensor written(const at::Tensor& f) const { return (1 - least_) * at::sigmoid(-f); }

  std::int64_t size_;
  double least_;
  Linear q_, f_, i_, out_;
  RMSNorm norm_;
  std::vector<std::unique_ptr<CausalConv>> convs_;  // of q, f and i, or none
};

}  // namespace

std::unique_ptr<Mixer> build_hgrn2(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<HGRN2>(set, build);
}

}  // namespace madsearch
