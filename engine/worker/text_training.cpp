#include "engine/worker/text_training.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "engine/training/schedule.h"
#include "engine/worker/memory_watch.h"
#include "engine/worker/text_batches.h"

namespace madsearch {
namespace {

constexpr double kWeightDecay = 0.1;

}  // namespace

TextTraining::TextTraining(const PretrainingPlan& plan, const PretrainRequest& request, const Runtime& runtime,
                           const std::vector<double>& rates)
    : plan_(plan), request_(request), runtime_(runtime) {
  ModelOptions options;
  options.width = plan.scaled.width;
  options.vocabulary = plan.corpus.vocabulary;
  options.max_length = request.length;
  options.tied = request.setup.embeddings == "tied";
  options.seeds.assign(rates.size(), Seed{request.seed}.derive("weights"));  // rates compare from the same start
  options.options = at::TensorOptions().dtype(at::kFloat).device(runtime.device);
  AdamW::Options adam;
  adam.beta2 = 0.95;
  adam.decay = Decayed::kMatrices;
  adam.clip = 1;
  const std::vector<double> decays(rates.size(), kWeightDecay);
  const auto make = [&](const ReplicaPlan& how) {
    replicas_.reset();
    const MemoryWatch watch(runtime.device);
    replicas_ = std::make_unique<Replicas>(plan.scaled.genome, options, rates, decays, adam, how);
    memory_.stays = static_cast<double>(watch.held());
    windows_ = (request.batch + how.step.parts - 1) / how.step.parts;
  };
  const auto memory = [&](const ReplicaPlan& how) { return memory_ = predicted(how); };
  const auto most_parts = [&] { return model().has_auxiliary_loss() ? std::int64_t{1} : request.batch; };
  const bool on_cpu = runtime.device.is_cpu();
  const auto all = static_cast<std::int64_t>(rates.size());
  const auto there = runtime.memory_bytes();
  const auto least =
      on_cpu ? least_memory(plan, request, all, all, request.batch) : least_memory(plan, request, all, 1, 1);
  if (least > static_cast<double>(there)) throw NoRoom{least, there, all};  // not even to be made
  form_ = fit({make, memory, most_parts}, {all, {runtime.recorder}}, there, on_cpu);
}

TrainingMemory TextTraining::predicted(const ReplicaPlan& plan) {
  const auto weights = static_cast<double>(replicas_->optimizer().values().nbytes());
  const auto whole = TextBatches(plan_.corpus, request_.length, request_.batch, Seed{0}, runtime_.device).batch(0);
  const auto some = [&](std::int64_t n) { return part_of(whole, 0, n); };
  MemoryPrediction out(memory_.stays, weights, plan, runtime_.device, runtime_.memory_bytes());
  out.add([&](const Batch& batch) { replicas_->rehearse(batch); }, some, windows_);
  out.add([&](const Batch& batch) { target_losses(*replicas_->models().front(), batch); }, some, windows_);
  return out.memory();
}

bool TextTraining::train(std::int64_t steps, const OnProgress& progress, const std::function<void()>& save) {
  const auto every = std::max<std::int64_t>(1, steps / 20);
  TextBatches batches(plan_.corpus, request_.length, request_.batch, Seed{request_.seed}.derive("order"),
                      runtime_.device);
  for (auto step = optimizer().steps(); step < steps; ++step) {
    const auto losses = replicas_->step(batches.batch(step), schedule(request_.setup.schedule, step, steps));
    const auto done = step + 1;
    if (done % every && done < steps) continue;
    const auto best = losses.min().item<double>();
    const auto finite = at::isfinite(losses).sum().item<double>();
    if (progress) progress({request_.id, done, steps, best, 0});
    if (finite == 0) return false;
    if (save && done < steps) save();
  }
  return true;
}

std::vector<BitsPerByte> TextTraining::held_out(int half, bool with_recall) {
  std::vector<BitsPerByte> out;
  for (auto* model : replicas_->models()) {
    const auto own = held_out_bits(*model, plan_.corpus, half, request_.length, windows_, with_recall);
    out.insert(out.end(), own.begin(), own.end());
  }
  return out;
}

}  // namespace madsearch
