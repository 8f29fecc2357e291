#include "engine/dispatch/record_problems.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "configs/text.h"
#include "engine/dispatch/field_check.h"
#include "engine/dispatch/pretraining_design.h"
#include "engine/training/learning_rates.h"
#include "results/fields.h"
#include "search/architecture/cost.h"

namespace madsearch {
namespace {

constexpr double kRounding = 1e-9;      // relative
constexpr double kLeastBits = 1e-9;     // a byte
constexpr double kLeastOfBudget = 0.9;  // ten steps at least, and what is left of the budget is less than a step
constexpr std::int64_t kMostCount = 1'000'000'000'000'000'000;

/// The grid, and what is tried beyond its edges.
struct Tried {
  std::vector<double> rates, decays;
  std::int64_t most = 0;  // points

  explicit Tried(const std::vector<GridPoint>& grid) : most(static_cast<std::int64_t>(grid.size())) {
    std::set<double> all_rates;
    std::set<double> all_decays;
    bool beyond_is_tried = false;
    for (const auto& point : grid) {
      all_rates.insert(point.learning_rate);
      all_decays.insert(point.weight_decay);
      const auto beyond = beyond_the_edge(grid, point);
      if (beyond) all_rates.insert(beyond->learning_rate);
      beyond_is_tried = beyond_is_tried || beyond;
    }
    if (beyond_is_tried) ++most;
    rates.assign(all_rates.begin(), all_rates.end());
    decays.assign(all_decays.begin(), all_decays.end());
  }
};

/// Whether the record's `edge` can be: the best rate is the least or the largest that was tried.
bool edge_can_be(const TrainingRecord& record, const std::vector<GridPoint>& grid) {
  std::vector<double> rates;
  for (const auto& point : grid) rates.push_back(point.learning_rate);
  const auto [least, most] = std::minmax_element(rates.begin(), rates.end());
  if (least == most || *least == *most) return !record.edge;
  const auto rate = record.learning_rate.value();
  if (rate < *least || rate > *most) return record.edge;
  const bool at_an_end = rate == *least || rate == *most;
  const bool tried_beyond = record.trainings > static_cast<std::int64_t>(grid.size());  // perhaps at the other end
  return record.edge ? at_an_end : !at_an_end || tried_beyond;
}

void check_sizes(FieldCheck& check, const PretrainingRecord& record, const PretrainRequest& request) {
  try {
    const auto scaled = pretraining_design(request);
    check.equal("width", record.width, scaled.width);
    check.equal("parameters", record.parameters, scaled.parameters);
    check.equal("length", record.length, request.length);
    check.equal("state", record.state, cost(scaled.genome, {scaled.width, request.length, Protocol::kMadsearch}).state);
  } catch (const std::invalid_argument& error) {
    check.problems.push_back(error.what());
  }
}

/// Of what was not planned, as it failed before.
void check_nothing(FieldCheck& check, const PretrainingRecord& record) {
  check.equal("parameters", record.parameters, 0);
  check.equal("state", record.state, 0);
  check.equal("tokens", record.tokens, 0);
}

void check_amounts(FieldCheck& check, const PretrainingRecord& record, const PretrainRequest& request) {
  const bool ok = record.outcome == Outcome::kOk;
  const auto most = request.flops * (1 + kRounding);
  check.number("flops", record.flops, ok ? kLeastOfBudget * request.flops : 0, most);
  check.number("tuning_flops", record.tuning_flops, 0,
               most * request.setup.tuning * static_cast<double>(request.learning_rates.size() + kRateExtensions));
  check.number("epochs", record.epochs, 0, ok ? request.max_epochs * (1 + kRounding) : 1e18);
  check.count("tokens", record.tokens, std::min(kMostCount, static_cast<std::int64_t>(std::min(most, 1e18))));
  const auto step = std::max<std::int64_t>(1, request.batch * request.length);
  if (record.tokens % step != 0 || (ok && record.tokens == 0))
    check.is("tokens", std::to_string(record.tokens), "a multiple of the " + std::to_string(step) + " of a step");
}

}  // namespace

std::vector<std::string> problems_of(const TrainingRecord& record, const TrainRequest& request) {
  FieldCheck check;
  const bool ok = record.outcome == Outcome::kOk;
  check.text("task", record.task, request.setting.setting.task);
  check.measured("validation_a", record.validation_a, ok, 0, 1);
  check.measured("validation_b", record.validation_b, ok, 0, 1);
  check.measured("test", record.test, ok, 0, 1);
  check.measured("test_macro", record.test_macro, ok, 0, 1);
  check.measured("test_loss", record.test_loss, ok, 0, kMostLoss);
  const Tried tried(request.grid);
  const bool chosen = ok && !request.grid.empty();
  check.one_of("learning_rate", record.learning_rate, chosen, tried.rates);
  check.one_of("weight_decay", record.weight_decay, chosen, tried.decays);
  check.count("trainings", record.trainings, tried.most);
  check.count("steps", record.steps, request.setting.steps * tried.most);
  if (chosen && check.problems.empty() && !edge_can_be(record, request.grid))
    check.is("edge", record.edge ? "true" : "false", "what its learning rate is among those tried");
  check.number("core_seconds", record.core_seconds, 0, kMostCoreSeconds);
  fields(record.text, [&](const char* name, const auto& bits) { check.measured(name, bits, false, 0, 0); });
  return check.problems;
}

std::vector<std::string> problems_of_text(const TrainingRecord& record, const PretrainRequest& request) {
  FieldCheck check;
  const bool ok = record.outcome == Outcome::kOk;
  check.text("task", record.task, kTextTask);
  check.measured("bits_per_byte", record.text.bits_per_byte, ok, kLeastBits, kMostBits);
  check.measured("test_bits_per_byte", record.text.test_bits_per_byte, ok, kLeastBits, kMostBits);
  if (record.text.bits_per_byte_recall)  // none of a text that repeats nothing
    check.measured("bits_per_byte_recall", record.text.bits_per_byte_recall, ok, 0, kMostBits);
  if (record.text.test_bits_per_byte_recall)
    check.measured("test_bits_per_byte_recall", record.text.test_bits_per_byte_recall, ok, 0, kMostBits);
  check.one_of("learning_rate", record.learning_rate, ok, request.learning_rates);
  check.equal("trainings", record.trainings, ok ? 1 : 0);
  check.number("core_seconds", record.core_seconds, 0, kMostCoreSeconds);
  for (const auto* accuracy : {&record.validation_a, &record.validation_b, &record.test, &record.test_macro})
    if (*accuracy) check.is("accuracy", shown("%g", **accuracy), "measured on text");
  return check.problems;
}

std::vector<std::string> problems_of(const PretrainingRecord& record, const PretrainRequest& request, Sizes sizes) {
  FieldCheck check;
  const bool ok = record.outcome == Outcome::kOk;
  const bool trained = ok && !request.plan_only;
  check.measured("bits_per_byte", record.bits_per_byte, trained, kLeastBits, kMostBits);
  if (record.recall_share)  // earlier releases did not say it
    check.measured("recall_share", record.recall_share, trained, 0, 1);
  if (record.setup) check.text("setup", *record.setup, setup_text(request));
  if (record.bits_per_byte_recall)  // none of a text that repeats nothing
    check.measured("bits_per_byte_recall", record.bits_per_byte_recall, trained, 0, kMostBits);
  check.one_of("learning_rate", record.learning_rate, trained, tunable_rates(request.learning_rates));
  check.number("core_seconds", record.core_seconds, 0, kMostCoreSeconds);
  check_amounts(check, record, request);
  if (record.width == 0 && !ok)
    check_nothing(check, record);
  else if (sizes == Sizes::kChecked)
    check_sizes(check, record, request);
  return check.problems;
}

}  // namespace madsearch
