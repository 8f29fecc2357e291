#include "engine/worker/pretraining_plan.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "configs/text.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

constexpr double kTuningShare = 0.1;  // of the final run's steps
constexpr std::int64_t kFewestSteps = 10;

double tokens_of(const PretrainingPlan& plan) { return static_cast<double>(plan.steps * plan.step_tokens); }

double epochs_of(const PretrainingPlan& plan) {
  return tokens_of(plan) / static_cast<double>(plan.corpus.train.size());
}

}  // namespace

PretrainingPlan plan_of(const PretrainRequest& request) {
  if (request.length < 8 || request.batch < 1 || request.flops <= 0 || request.learning_rates.empty())
    throw std::invalid_argument("pretraining needs a length of 8, a batch, FLOPs and a learning rate at least");
  PretrainingPlan out;
  out.corpus = read_corpus(request.data, request.vocabulary, request.separator, request.bytes_per_token);
  out.scaled = scale_up(parse(request.design), request.repeat, request.base_width, request.parameters, request.length);
  const auto sheet =
      cost(out.scaled.genome, {out.scaled.width, request.length, Protocol::kMadsearch}, out.corpus.vocabulary);
  out.flops_per_token = 3 * static_cast<double>(sheet.flops) / static_cast<double>(request.length);
  out.step_tokens = request.batch * request.length;
  out.steps = static_cast<std::int64_t>(request.flops / out.flops_per_token / static_cast<double>(out.step_tokens));
  out.tuning_steps =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(kTuningShare * static_cast<double>(out.steps)));
  out.state = sheet.state;
  return out;
}

void describe(const PretrainingPlan& plan, const PretrainRequest& request, PretrainingRecord& record) {
  record.parameters = plan.scaled.parameters;
  record.width = plan.scaled.width;
  record.length = request.length;
  record.state = plan.state;
  record.tokens = plan.steps * plan.step_tokens;
  record.flops = tokens_of(plan) * plan.flops_per_token;
  record.epochs = epochs_of(plan);
  record.message = plan.scaled.note;
  record.data = hexadecimal(plan.corpus.fingerprint);
}

void check(const PretrainingPlan& plan, const PretrainRequest& request) {
  if (plan.steps < kFewestSteps)
    throw std::invalid_argument("the budget is only " + std::to_string(plan.steps) + " steps of " +
                                std::to_string(plan.step_tokens) + " tokens at this size; 10 are needed");
  if (windows(plan.corpus, request.length) < request.batch)
    throw std::invalid_argument("the training text holds fewer windows of " + std::to_string(request.length) +
                                " tokens than a batch");
  if (epochs_of(plan) > request.max_epochs) {
    char text[160];
    std::snprintf(text, sizeof text,
                  "the budget is %.1f epochs of %zu tokens, more than the %.1f allowed: give more data, a smaller "
                  "budget or max_epochs",
                  epochs_of(plan), plan.corpus.train.size(), request.max_epochs);
    throw std::invalid_argument(text);
  }
}

std::uint64_t fingerprint(const PretrainingPlan& plan, const PretrainRequest& request) {
  std::string all = expanded_text(plan.scaled.genome);
  for (const double number : {request.flops, static_cast<double>(plan.scaled.width),
                              static_cast<double>(request.length), static_cast<double>(request.batch)})
    all += " " + std::to_string(number);
  for (const double rate : request.learning_rates) all += " " + std::to_string(rate * 1e9);
  return Seed{plan.corpus.fingerprint}.derive(request.seed).derive(all).value;
}

}  // namespace madsearch
