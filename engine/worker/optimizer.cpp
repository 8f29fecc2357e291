#include "engine/worker/optimizer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace madsearch {
namespace {

/// [R, out, in] weights; Mamba's A_log [R, I, N] is none.
bool is_matrix(const NamedParameter& p) { return p.value.dim() >= 3 && p.name.ends_with("weight"); }

struct Scalars {
  double shrink, beta1, beta2, first_bias, second_bias, eps, rate, scale;
};

/// One parameter of one replica. `scale` multiplies the gradient (clipping).
template <class T>
void update(T* __restrict p, T* __restrict m, T* __restrict v, const T* __restrict g, std::int64_t n,
            const Scalars& s) {
  const T shrink = static_cast<T>(s.shrink);
  const T b1 = static_cast<T>(s.beta1);
  const T b2 = static_cast<T>(s.beta2);
  const T c1 = static_cast<T>(1 - s.beta1);
  const T c2 = static_cast<T>(1 - s.beta2);
  const T eps = static_cast<T>(s.eps);
  const T scale = static_cast<T>(s.scale);
  const T move = static_cast<T>(s.rate / s.first_bias);
  const T root = static_cast<T>(1 / std::sqrt(s.second_bias));
  for (std::int64_t i = 0; i < n; ++i) {
    const T gradient = g[i] * scale;
    m[i] = b1 * m[i] + c1 * gradient;
    v[i] = b2 * v[i] + c2 * gradient * gradient;
    p[i] = p[i] * shrink - move * m[i] / (std::sqrt(v[i]) * root + eps);
  }
}

}  // namespace

AdamW::AdamW(Module& module, std::vector<double> rates, std::vector<double> decays, Options options)
    : module_(module), rates_(std::move(rates)), decays_(std::move(decays)), options_(options) {
  if (rates_.size() != decays_.size()) throw std::invalid_argument("one weight decay for each learning rate is needed");
  flatten();
  first_ = at::zeros_like(values_);
  second_ = at::zeros_like(values_);
}

void AdamW::flatten() {
  const at::NoGradGuard no_grad;
  slots_.clear();
  std::vector<at::Tensor> flat;
  std::int64_t offset = 0;
  for (const auto& p : module_.parameters()) {
    if (p.value.size(0) != replicas())
      throw std::invalid_argument("parameter " + p.name + " has another number of replicas than rates are given");
    slots_.push_back({p.value, offset, p.value.numel() / replicas(), options_.decay == Decayed::kAll || is_matrix(p)});
    flat.push_back(p.value.detach().reshape({-1}));
    offset += p.value.numel();
  }
  values_ = at::cat(flat);
  for (auto& slot : slots_)
    slot.parameter.set_data(values_.narrow(0, slot.offset, slot.parameter.numel()).view(slot.parameter.sizes()));
  if (!by_loops()) spread();
}

void AdamW::spread() {
  std::vector<at::Tensor> rate, decay;
  const auto rates = at::tensor(at::ArrayRef<double>(rates_), at::kDouble).to(values_.options());
  const auto decays = at::tensor(at::ArrayRef<double>(decays_), at::kDouble).to(values_.options());
  for (const auto& slot : slots_) {
    rate.push_back(rates.unsqueeze(1).expand({replicas(), slot.size}).reshape({-1}));
    decay.push_back(slot.decayed ? (rates * decays).unsqueeze(1).expand({replicas(), slot.size}).reshape({-1})
                                 : at::zeros({slot.size * replicas()}, values_.options()));
  }
  rate_of_ = at::cat(rate);
  decay_of_ = at::cat(decay);
  now_ = at::empty({3}, values_.options());
}

at::Tensor AdamW::clip_factors() const {
  if (options_.clip <= 0) return {};
  at::Tensor squares;
  for (const auto& slot : slots_) {
    const auto& g = slot.parameter.grad();
    if (!g.defined()) continue;
    const auto one = g.reshape({replicas(), -1}).square().sum(1);
    squares = squares.defined() ? squares + one : one;
  }
  return squares.defined() ? squares.sqrt().to(at::kDouble).reciprocal().mul(options_.clip).clamp_max(1) : at::Tensor();
}

void AdamW::step(double factor) {
  advance(factor);
  apply();
}

void AdamW::advance(double factor) {
  ++steps_;
  factor_ = factor;
  if (by_loops()) return;
  const auto first_bias = 1 - std::pow(options_.beta1, steps_);
  const auto second_bias = 1 - std::pow(options_.beta2, steps_);
  const double host[] = {factor, factor / first_bias, 1 / second_bias};
  auto sent = at::empty({3}, at::TensorOptions(values_.scalar_type()).pinned_memory(values_.is_cuda()));
  sent.copy_(at::tensor(at::ArrayRef<double>(host), at::kDouble));
  now_.copy_(sent, /*non_blocking=*/true);
}

void AdamW::apply() {
  const at::NoGradGuard no_grad;
  if (by_loops())
    apply_loops();
  else
    apply_vectors();
  drop_gradients();
}

void AdamW::drop_gradients() {
  for (auto& slot : slots_) slot.parameter.mutable_grad().reset();
}

void AdamW::apply_loops() {
  std::vector<double> clip(rates_.size(), 1.0);
  if (const auto factors = clip_factors(); factors.defined())
    std::copy_n(factors.data_ptr<double>(), clip.size(), clip.begin());
  const auto first_bias = 1 - std::pow(options_.beta1, steps_);
  const auto second_bias = 1 - std::pow(options_.beta2, steps_);
  for (const auto& slot : slots_) {
    // A parameter that no output depends on has no gradient; torch.optim leaves it as it is.
    if (!slot.parameter.grad().defined()) continue;
    const auto gradient = slot.parameter.grad().contiguous();
    for (std::int64_t r = 0; r < replicas(); ++r) {
      const auto i = static_cast<std::size_t>(r);
      const auto rate = rates_[i] * factor_;
      const Scalars scalars{1 - (slot.decayed ? rate * decays_[i] : 0),
                            options_.beta1,
                            options_.beta2,
                            first_bias,
                            second_bias,
                            options_.eps,
                            rate,
                            clip[i]};
      const auto at_value = slot.offset + r * slot.size;
      const auto at_gradient = r * slot.size;
      if (values_.scalar_type() == at::kDouble)
        update(values_.data_ptr<double>() + at_value, first_.data_ptr<double>() + at_value,
               second_.data_ptr<double>() + at_value, gradient.data_ptr<double>() + at_gradient, slot.size, scalars);
      else
        update(values_.data_ptr<float>() + at_value, first_.data_ptr<float>() + at_value,
               second_.data_ptr<float>() + at_value, gradient.data_ptr<float>() + at_gradient, slot.size, scalars);
    }
  }
}

void AdamW::apply_vectors() {
  auto g = flat_gradients();
  const auto factor = now_.select(0, 0);
  const auto moved = now_.select(0, 1);
  const auto grown = now_.select(0, 2);
  first_.mul_(options_.beta1).add_(g, 1 - options_.beta1);
  second_.mul_(options_.beta2).addcmul_(g, g, 1 - options_.beta2);
  g.reset();
  values_.addcmul_(values_ * factor, decay_of_, -1);
  values_.addcdiv_((first_ * rate_of_).mul_(moved), second_.mul(grown).sqrt_().add_(options_.eps), -1);
}

/// Clipped. Those of the parameters are gone then, so that an update never holds more than two.
at::Tensor AdamW::flat_gradients() {
  const auto clip = clip_factors();
  std::vector<at::Tensor> gradients;
  for (const auto& slot : slots_) {
    auto& g = slot.parameter.mutable_grad();
    if (!g.defined()) g = at::zeros_like(slot.parameter);
    if (clip.defined()) {
      std::vector<std::int64_t> of_replica(static_cast<std::size_t>(g.dim()), 1);
      of_replica.front() = replicas();
      g.mul_(clip.to(g.scalar_type()).view(of_replica));
    }
    gradients.push_back(g.reshape({-1}));
  }
  auto out = at::cat(gradients);
  gradients.clear();
  drop_gradients();
  return out;
}

void AdamW::select_replicas(const std::vector<std::int64_t>& index) {
  const at::NoGradGuard no_grad;
  const auto keep = at::tensor(at::ArrayRef<std::int64_t>(index), values_.options().dtype(at::kLong));
  const auto select = [&](const at::Tensor& flat) {
    std::vector<at::Tensor> parts;
    for (const auto& slot : slots_)
      parts.push_back(flat.narrow(0, slot.offset, slot.size * replicas())
                          .view({replicas(), slot.size})
                          .index_select(0, keep)
                          .view({-1}));
    return at::cat(parts);
  };
  first_ = select(first_);
  second_ = select(second_);
  std::vector<double> rates, decays;
  for (const auto r : index) {
    rates.push_back(rates_.at(static_cast<std::size_t>(r)));
    decays.push_back(decays_.at(static_cast<std::size_t>(r)));
  }
  rates_ = rates;
  decays_ = decays;
  module_.select_replicas(keep);
  flatten();
}

at::Tensor AdamW::replica(std::int64_t replica) const {
  std::vector<at::Tensor> parts;
  for (const auto& slot : slots_) parts.push_back(values_.narrow(0, slot.offset + replica * slot.size, slot.size));
  return at::cat(parts);
}

void AdamW::restore(std::int64_t replica, const at::Tensor& flat) {
  const at::NoGradGuard no_grad;
  std::int64_t offset = 0;
  for (const auto& slot : slots_) {
    values_.narrow(0, slot.offset + replica * slot.size, slot.size).copy_(flat.narrow(0, offset, slot.size));
    offset += slot.size;
  }
}

AdamW::Saved AdamW::save() const { return {values_, first_, second_, steps_}; }

void AdamW::load(const Saved& saved) {
  const at::NoGradGuard no_grad;
  if (saved.values.numel() != values_.numel()) throw std::invalid_argument("saved values are of another model");
  values_.copy_(saved.values);
  first_.copy_(saved.first);
  second_.copy_(saved.second);
  steps_ = saved.steps;
}

}  // namespace madsearch
