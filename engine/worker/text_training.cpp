#include "engine/worker/text_training.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "engine/training/schedule.h"
#include "engine/worker/text_batches.h"
#include "engine/worker/training_step.h"

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
  model_ = std::make_unique<Model>(plan.scaled.genome, options);
  AdamW::Options adam;
  adam.beta2 = 0.95;
  adam.decay = Decayed::kMatrices;
  adam.clip = 1;
  optimizer_ = std::make_unique<AdamW>(*model_, rates, std::vector<double>(rates.size(), kWeightDecay), adam);
}

bool TextTraining::train(std::int64_t steps, const OnProgress& progress, const std::function<void()>& save) {
  const auto every = std::max<std::int64_t>(1, steps / 20);
  TextBatches batches(plan_.corpus, request_.length, request_.batch, Seed{request_.seed}.derive("order"),
                      runtime_.device);
  TrainingStep update(*model_, *optimizer_, runtime_.recorder);
  for (auto step = optimizer_->steps(); step < steps; ++step) {
    const auto losses = update(batches.batch(step), schedule(request_.setup.schedule, step, steps));
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
  return held_out_bits(*model_, plan_.corpus, half, request_.length, request_.batch, with_recall);
}

}  // namespace madsearch
