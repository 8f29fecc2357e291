#include "engine/worker/pretraining_plan.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "configs/text.h"
#include "engine/dispatch/pretraining_design.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

constexpr std::int64_t kFewestSteps = 10;
constexpr double kMostTokens = 1e18;  // of a budget; more is no budget, and its number would not fit 64 bits
constexpr double kFarFromTarget = 2;  // a design with so many times the parameters asked for, or so few, is another one
constexpr double kStayingBytes = 12;  // of a parameter: itself and two moments
constexpr double kActivationBytes = 2;  // of a number, at least

double tokens_of(const PretrainingPlan& plan) {
  return static_cast<double>(plan.steps) * static_cast<double>(plan.step_tokens);
}

double epochs_of(const PretrainingPlan& plan) {
  return tokens_of(plan) / static_cast<double>(plan.corpus.train.size());
}

TokenFacts facts_of(const PretrainRequest& request) {
  const auto separator = Separator::parse(request.separator);
  if (!separator) throw std::invalid_argument("no separator: " + in_quotes(request.separator));
  return {request.vocabulary, *separator, request.bytes_per_token};
}

}  // namespace

PretrainingPlan plan_of(const PretrainRequest& request) {
  if (request.length < 8 || request.batch < 1 || request.flops <= 0 || request.learning_rates.empty())
    throw std::invalid_argument("pretraining needs a length of 8, a batch, FLOPs and a learning rate at least");
  PretrainingPlan out;
  out.corpus = read_corpus(request.data, facts_of(request));
  out.scaled = pretraining_design(request);
  const auto sheet =
      cost(out.scaled.genome, {out.scaled.width, request.length, Protocol::kMadsearch}, out.corpus.vocabulary);
  out.flops_per_token = 3 * static_cast<double>(sheet.flops) / static_cast<double>(request.length);
  out.step_tokens = request.batch * request.length;
  const auto steps = request.flops / out.flops_per_token / static_cast<double>(out.step_tokens);
  out.steps = static_cast<std::int64_t>(std::min(steps, kMostTokens / static_cast<double>(out.step_tokens)));
  out.tuning_steps =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(request.setup.tuning * static_cast<double>(out.steps)));
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
  record.setup = setup_text(request);
  record.message = plan.scaled.note;
  if (const auto note = note_on(plan.corpus); !note.empty())
    record.message += (record.message.empty() ? "" : "; ") + note;
  record.data = hexadecimal(plan.corpus.fingerprint);
}

double least_memory(const PretrainingPlan& plan, const PretrainRequest& request, std::int64_t replicas,
                    std::int64_t at_once, std::int64_t sequences) {
  const auto width = static_cast<double>(plan.scaled.width);
  const auto vocabulary = static_cast<double>(plan.corpus.vocabulary);
  const auto blocks = static_cast<double>(block_count(plan.scaled.genome));
  const auto weights = static_cast<double>(plan.scaled.parameters) + width * vocabulary;
  const auto of_token = kActivationBytes * blocks * width + sizeof(float) * vocabulary;  // inputs of blocks, logits
  const auto tokens = static_cast<double>(sequences * request.length);
  return kStayingBytes * weights * static_cast<double>(replicas) +
         (sizeof(float) * weights + tokens * of_token) * static_cast<double>(at_once);
}

void check(const PretrainingPlan& plan, const PretrainRequest& request) {
  const auto parameters = static_cast<double>(plan.scaled.parameters);
  const auto wanted = static_cast<double>(request.parameters);
  if (parameters > kFarFromTarget * wanted || wanted > kFarFromTarget * parameters)
    throw std::invalid_argument("the nearest size of the design, at width " + std::to_string(plan.scaled.width) +
                                ", has " + std::to_string(plan.scaled.parameters) + " parameters, not " +
                                std::to_string(request.parameters));
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
  all += to_text(request.setup);
  for (const double rate : request.learning_rates) all += " " + std::to_string(rate * 1e9);
  return Seed{plan.corpus.fingerprint}.derive(request.seed).derive(all).value;
}

}  // namespace madsearch
