#include "engine/worker/text_training.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "engine/training/schedule.h"
#include "engine/worker/memory_watch.h"
#include "engine/worker/predicted_memory.h"
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
  const auto most_parts = [&] {
    return replicas_->models().front()->auxiliary_loss().defined() ? std::int64_t{1} : request.batch;
  };
  fit({make, memory, most_parts}, {most_at_once(rates.size()), {runtime.recorder}}, runtime.memory_bytes(),
      runtime.device.is_cpu());
}

/// Replicas that need not be made to see that they have no room are left out.
std::int64_t TextTraining::most_at_once(std::size_t rates) const {
  const bool on_cpu = runtime_.device.is_cpu();
  const auto there = runtime_.memory_bytes();
  auto out = static_cast<std::int64_t>(rates);
  const auto least = [&] { return least_memory(plan_, request_, out, on_cpu ? request_.batch : 1); };
  while (!on_cpu && out > 1 && least() > static_cast<double>(there)) --out;
  if (least() > static_cast<double>(there)) throw NoRoom{least(), there, out};
  return out;
}

TrainingMemory TextTraining::predicted(const ReplicaPlan& plan) {
  auto out = memory_;
  if (plan.step.parts > 1) out.stays += static_cast<double>(replicas_->bytes_of_weights());  // gradients of a part
  const auto whole = TextBatches(plan_.corpus, request_.length, request_.batch, Seed{0}, runtime_.device).batch(0);
  const auto there = runtime_.memory_bytes();
  const auto predict = [&](const std::function<void(const Batch&)>& work) {
    const auto some = [&](std::int64_t n) { return part_of(whole, 0, n); };
    const auto clear = [&](double bytes) { return is_clear(bytes, plan.at_once, there); };
    return predict_memory(work, some, windows_, runtime_.device, clear, static_cast<double>(there) - out.stays);
  };
  const auto step = [&](const Batch& batch) { replicas_->rehearse(batch); };
  const auto look = [&](const Batch& batch) { target_losses(*replicas_->models().front(), batch); };
  out.passing = std::max(predict(step), predict(look));
  return out;
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
