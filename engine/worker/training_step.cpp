#include "engine/worker/training_step.h"

#include <ATen/ATen.h>

#include "engine/worker/metrics.h"
#include "engine/worker/runtime.h"

namespace madsearch {
namespace {

constexpr std::int64_t kWarm = 3;                             // kernels are loaded, plans and workspaces made

bool same_sizes(const Batch& a, const Batch& b) { return a.inputs.sizes() == b.inputs.sizes() && a.scored.sizes() == b.scored.sizes(); }

}  // namespace

TrainingStep::TrainingStep(Model& model, AdamW& optimizer, Recorder recorder) : model_(model), optimizer_(optimizer), recorder_(std::move(recorder)) {}

at::Tensor TrainingStep::operator()(const Batch& batch, double factor) {
  optimizer_.advance(factor);
  if (!recorder_ || !ready(batch)) return compute(batch);
  recording_->replay();
  return losses_;
}

at::Tensor TrainingStep::compute(const Batch& batch) {
  at::Tensor losses;
  {
    const Autocast autocast(batch.inputs.device());
    losses = mean_loss(model_.forward(batch.inputs, batch.scored), batch.targets);
    auto total = losses.sum();
    if (model_.auxiliary_loss().defined()) total = total + model_.auxiliary_loss().sum();
    total.backward();
  }
  optimizer_.apply();
  return losses.detach();
}

bool TrainingStep::ready(const Batch& batch) {
  if (replicas_ != optimizer_.replicas()) {                   // other parameters, too
    forget();
    replicas_ = optimizer_.replicas();
    fixed_ = {batch.inputs.clone(), batch.scored.clone(), batch.targets.clone()};
  }
  if (!same_sizes(batch, fixed_) || ++warm_ <= kWarm) return false;
  if (!recording_) {
    try {
      recording_ = recorder_([this] { losses_ = compute(fixed_); });
    } catch (const std::exception& error) {
      problem_ = first_line(error.what());
      forget();
      recorder_ = {};
      optimizer_.drop_gradients();                            // backward may have come to some
      return false;
    }
  }
  fixed_.inputs.copy_(batch.inputs);
  fixed_.scored.copy_(batch.scored);
  fixed_.targets.copy_(batch.targets);
  return true;
}

void TrainingStep::forget() {
  recording_.reset();
  fixed_ = {};
  losses_.reset();
  warm_ = 0;
}

}  // namespace madsearch
