#include "engine/stub/made_up_records.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "configs/seed.h"
#include "engine/dispatch/pretraining_design.h"
#include "engine/training/learning_rates.h"
#include "mad_tasks/table.h"
#include "search/architecture/cost.h"
#include "search/architecture/genome.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// 0..1, how good a block is at a task: a preference of its kind and a part of its name's own.
double talent(const Block& block, const std::string& task) {
  Rng rng(Seed{}.derive(block.primitive).derive(task));
  const bool attends = has(block.primitive, "attention");
  const bool recalls = has(task, "recall") || has(task, "copying");
  std::string knobs;
  for (const auto& [name, value] : block.settings) knobs += name + "=" + value.text() + " ";
  Rng tuned(Seed{}.derive(knobs).derive(task));
  return 0.5 * (attends == recalls ? 1 : 0.3) + 0.3 * uniform(rng) + 0.2 * uniform(tuned);
}

/// 0..1, how well a design does: blocks add up with falling gains, and neighbours of different kinds help each other.
double skill(const std::string& design, const std::string& task) {
  const auto genome = parse_expanded(design);
  const auto all = blocks(genome);
  double sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    sum += talent(*all[i], task) * (i > 0 && all[i]->primitive != all[i - 1]->primitive ? 1.3 : 1.0) /
           std::sqrt(1.0 + static_cast<double>(i));
  return 1 - std::exp(-0.7 * sum);
}

/// Longer sequences, larger vocabularies, more noise, fewer examples: harder. 1 at the baseline, more above.
double difficulty(const Task& task, const TaskValues& values) {
  double out = 1;
  for (const auto& [name, value] : values)
    if (task.baseline.has(name) && task.baseline.real(name) > 0 && value > 0)
      out *= std::pow(value / task.baseline.real(name), name == "examples" ? -0.3 : 0.3);
  return out;
}

}  // namespace

TrainingRecord made_up(const TrainRequest& request) {
  const auto& setting = request.setting.setting;
  const auto* task = find_task(setting.task);
  if (task == nullptr) throw std::invalid_argument("unknown task \"" + setting.task + "\"");
  const auto chance = std::clamp(task->chance(setting.values), 0.0, 1.0);
  const auto ability = std::pow(skill(request.design, setting.task), difficulty(*task, setting.values));
  Rng noise(Seed{request.seed}.derive(request.design).derive(setting.task).derive(setting.values.text()));
  const auto accuracy = [&] { return std::clamp(chance + (1 - chance) * ability + 0.01 * normal(noise), chance, 1.0); };
  TrainingRecord record;
  record.id = request.id;
  record.task = setting.task;
  record.validation_a = accuracy();
  record.validation_b = accuracy();
  const auto test = accuracy();
  record.test = test;
  record.test_macro = test;
  record.test_loss = -std::log(std::max(test, 1e-3));
  const auto best = below(noise, std::max<std::size_t>(1, request.grid.size()));
  if (best < request.grid.size()) {
    record.learning_rate = request.grid[best].learning_rate;
    record.weight_decay = request.grid[best].weight_decay;
  }
  record.edge = best < request.grid.size() && beyond_the_edge(request.grid, request.grid[best]).has_value();
  record.trainings = static_cast<std::int64_t>(request.grid.size());
  record.steps = request.setting.steps * static_cast<std::int64_t>(request.grid.size());
  return record;
}

std::vector<Curve> made_up_curves(const TrainRequest& request, int looks) {
  const auto reached = made_up(request).validation_a.value();
  std::vector<Curve> out;
  for (const auto& point : request.grid) {
    auto& curve = out.emplace_back(Curve{point, {}});
    for (int i = 1; i <= looks; ++i) {
      const auto share = static_cast<double>(i) / looks;
      const auto accuracy = reached * share;
      curve.looks.push_back({request.setting.steps * i / looks, accuracy, -std::log(std::max(accuracy, 1e-3))});
    }
  }
  return out;
}

PretrainingRecord made_up(const PretrainRequest& request) {
  PretrainingRecord record;
  record.hash = hash(parse_expanded(request.design));
  record.text = request.design;
  const auto scaled = pretraining_design(request);
  record.flops = request.flops;
  record.parameters = scaled.parameters;
  record.width = scaled.width;
  record.length = request.length;
  record.state = cost(scaled.genome, {scaled.width, request.length, Protocol::kMadsearch}).state;
  const auto step = static_cast<double>(request.batch * request.length);
  const auto steps = std::max(1.0, request.flops / (6.0 * static_cast<double>(scaled.parameters)) / step);
  record.tokens = static_cast<std::int64_t>(steps) * request.batch * request.length;
  record.setup = setup_text(request);
  if (request.plan_only) return record;
  Rng noise(Seed{request.seed}.derive(request.design).derive(static_cast<std::uint64_t>(scaled.parameters)));
  const auto scale = std::pow(std::max(request.flops, 1e6) / 1e12, -0.05);
  // Best with 20 tokens a parameter, as tokens are counted here: N* = (C/120)^0.5.
  const auto off = std::log(static_cast<double>(record.parameters)) - 0.5 * std::log(request.flops / 120);
  record.bits_per_byte =
      1 + (0.8 - 0.4 * skill(request.design, "compression")) * scale + 0.02 * off * off + 0.003 * normal(noise);
  record.bits_per_byte_recall =
      0.8 + (0.8 - 0.4 * skill(request.design, "in-context-recall")) * scale + 0.003 * normal(noise);
  record.recall_share = 0.06;
  if (!request.learning_rates.empty())
    record.learning_rate = request.learning_rates[below(noise, request.learning_rates.size())];
  record.tuning_flops = request.setup.tuning * request.flops * static_cast<double>(request.learning_rates.size());
  return record;
}

}  // namespace madsearch
