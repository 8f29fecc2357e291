#include "engine/worker/training_step.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "engine/worker/metrics.h"
#include "engine/worker/runtime.h"

namespace madsearch {
namespace {

constexpr std::int64_t kWarm = 3;    // kernels are loaded, plans and workspaces made
constexpr double kTolerance = 0.05;  // of the losses, and of how far a step moves the parameters

bool same_sizes(const Batch& a, const Batch& b) {
  return a.inputs.sizes() == b.inputs.sizes() && a.scored.sizes() == b.scored.sizes();
}

/// How far two such vectors are apart, not counting replicas that are no numbers any more.
double distance(const at::Tensor& a, const at::Tensor& b) {
  return at::nan_to_num(a - b, 0, 0, 0).norm().item<double>();
}

}  // namespace

TrainingStep::TrainingStep(Model& model, AdamW& optimizer, StepPlan plan)
    : model_(model), optimizer_(optimizer), plan_(std::move(plan)) {
  if (!plan_.recorder) plan_.most_scored = 0;
}

at::Tensor TrainingStep::operator()(const Batch& batch, double factor) {
  optimizer_.advance(factor);
  return plan_.most_scored > 0 ? step(padded(batch)) : step(batch);
}

at::Tensor TrainingStep::step(const Batch& batch) {
  if (!plan_.recorder || !replayable(batch)) return compute(batch);
  return recording_ ? replay(batch) : record(batch);
}

/// The first position is selected again and again, and nothing asked of it there. A batch whose positions were all
/// scored would be one whose positions aren't selected, so it gets one more.
Batch TrainingStep::padded(const Batch& batch) const {
  const auto scored = batch.scored.size(0);
  const auto size = plan_.most_scored == batch.inputs.numel() ? plan_.most_scored + 1 : plan_.most_scored;
  if (scored >= size) return batch;
  Batch out{batch.inputs, batch.scored.new_zeros({size}), batch.targets.new_full({size}, kIgnore)};
  out.scored.narrow(0, 0, scored).copy_(batch.scored);
  out.targets.narrow(0, 0, scored).copy_(batch.targets);
  return out;
}

void TrainingStep::rehearse(const Batch& batch) {
  gradients(batch, 1);
  optimizer_.drop_gradients();
}

at::Tensor TrainingStep::compute(const Batch& batch) {
  const auto losses = gradients(batch);
  optimizer_.apply();
  return losses;
}

at::Tensor TrainingStep::gradients(const Batch& batch) {
  const auto sequences = batch.inputs.size(0);
  const auto most = (sequences + plan_.parts - 1) / plan_.parts;
  at::Tensor losses;
  for (std::int64_t first = 0; first < sequences; first += most) {
    const auto n = std::min(most, sequences - first);
    const auto share = static_cast<double>(n) / static_cast<double>(sequences);
    const auto own = gradients(n < sequences ? part_of(batch, first, n) : batch, share);
    losses = losses.defined() ? losses + own : own;
  }
  return losses;
}

at::Tensor TrainingStep::gradients(const Batch& batch, double share) {
  const Autocast autocast(batch.inputs.device());
  const auto logits = model_.forward(batch.inputs, batch.scored);
  auto losses = plan_.most_scored > 0 ? mean_asked_loss(logits, batch.targets) : mean_loss(logits, batch.targets);
  if (share < 1) losses = losses * share;
  auto total = losses.sum();
  if (model_.auxiliary_loss().defined()) total = total + model_.auxiliary_loss().sum();
  total.backward();
  return losses.detach();
}

bool TrainingStep::replayable(const Batch& batch) {
  if (replicas_ != optimizer_.replicas()) {  // other parameters, too
    forget();
    replicas_ = optimizer_.replicas();
    fixed_ = {batch.inputs.clone(), batch.scored.clone(), batch.targets.clone()};
  }
  return same_sizes(batch, fixed_) && ++warm_ > kWarm;
}

at::Tensor TrainingStep::replay(const Batch& batch) {
  fixed_.inputs.copy_(batch.inputs);
  fixed_.scored.copy_(batch.scored);
  fixed_.targets.copy_(batch.targets);
  recording_->replay();
  return losses_;
}

at::Tensor TrainingStep::record(const Batch& batch) {
  auto before = optimizer_.save();
  before.values = before.values.clone();
  before.first = before.first.clone();
  before.second = before.second.clone();
  try {
    recording_ = plan_.recorder([this] { losses_ = compute(fixed_); });
    const auto losses = compute(batch);
    const auto moved = distance(optimizer_.values(), before.values);
    const auto there = optimizer_.values().clone();
    optimizer_.load(before);
    replay(batch);
    // Sums in another order differ in their last digits. Adam turns those into whole steps where gradients are next to
    // nothing, so the two need not be equal.
    const auto apart = moved > 0 ? distance(optimizer_.values(), there) / moved : 0;
    const bool same_losses = at::allclose(losses, losses_, kTolerance, kTolerance, /*equal_nan=*/true);
    if (apart <= kTolerance && same_losses) return losses_;
    problem_ = "its replay differs from the step computed by " + std::to_string(apart) + " of what it moves";
  } catch (const std::exception& error) {
    problem_ = first_line(error.what());
  }
  std::cerr << "a training step is not replayed as a CUDA graph: " << problem_ << "\n";
  forget();
  plan_.recorder = {};
  optimizer_.drop_gradients();  // backward may have come to some
  optimizer_.load(before);
  return compute(batch);
}

void TrainingStep::forget() {
  recording_.reset();
  fixed_ = {};
  losses_.reset();
  warm_ = 0;
}

}  // namespace madsearch
