#include "engine/worker/training_step.h"

#include <ATen/ATen.h>

#include <iostream>

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

TrainingStep::TrainingStep(Model& model, AdamW& optimizer, Recorder recorder, std::int64_t most_scored)
    : model_(model), optimizer_(optimizer), recorder_(std::move(recorder)), most_scored_(recorder_ ? most_scored : 0) {}

at::Tensor TrainingStep::operator()(const Batch& batch, double factor) {
  optimizer_.advance(factor);
  return most_scored_ > 0 ? step(padded(batch)) : step(batch);
}

at::Tensor TrainingStep::step(const Batch& batch) {
  if (!recorder_ || !replayable(batch)) return compute(batch);
  return recording_ ? replay(batch) : record(batch);
}

/// The first position is selected again and again, and nothing asked of it there. A batch whose positions were all
/// scored would be one whose positions aren't selected, so it gets one more.
Batch TrainingStep::padded(const Batch& batch) const {
  const auto scored = batch.scored.size(0);
  const auto size = most_scored_ == batch.inputs.numel() ? most_scored_ + 1 : most_scored_;
  if (scored >= size) return batch;
  Batch out{batch.inputs, batch.scored.new_zeros({size}), batch.targets.new_full({size}, kIgnore)};
  out.scored.narrow(0, 0, scored).copy_(batch.scored);
  out.targets.narrow(0, 0, scored).copy_(batch.targets);
  return out;
}

void TrainingStep::rehearse(const Batch& batch) {
  gradients(batch);
  optimizer_.drop_gradients();
}

at::Tensor TrainingStep::compute(const Batch& batch) {
  const auto losses = gradients(batch);
  optimizer_.apply();
  return losses;
}

at::Tensor TrainingStep::gradients(const Batch& batch) {
  const Autocast autocast(batch.inputs.device());
  const auto logits = model_.forward(batch.inputs, batch.scored);
  const auto losses = most_scored_ > 0 ? mean_asked_loss(logits, batch.targets) : mean_loss(logits, batch.targets);
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
    recording_ = recorder_([this] { losses_ = compute(fixed_); });
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
  recorder_ = {};
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
