#include "engine/run/new_seed_sets.h"

#include "engine/dispatch/battery_trainings.h"
#include "engine/run/summary.h"

namespace madsearch {
namespace {

Seed seed_of(const RunConfig& config, std::int64_t set) {
  return Seed{config.seed}.derive("compare").derive(static_cast<std::uint64_t>(set));
}

}  // namespace

std::vector<TrainRequest> new_set_requests(const RunConfig& config, const Genome& sized, std::int64_t sets) {
  const auto design = expanded_text(sized);
  std::vector<TrainRequest> out;
  for (std::int64_t set = 1; set <= sets; ++set)
    for (const auto& task : config.battery.tasks)
      for (const auto& setting : task.settings)
        out.push_back(train_request(config.battery, setting, design, seed_of(config, set)));
  return out;
}

std::vector<EvaluationRecord> new_set_evaluations(const RunConfig& config, const std::string& hash,
                                                  const std::vector<TrainingRecord>& trainings) {
  std::vector<EvaluationRecord> out;
  for (auto next = trainings.begin(); next != trainings.end();) {
    Trainings all;
    for (const auto& task : config.battery.tasks) {
      const auto end = next + static_cast<std::ptrdiff_t>(task.settings.size());
      all.emplace_back(next, end);
      next = end;
    }
    const EvaluationRecord begun{
        .hash = hash, .rung = Rung::kConfirm, .seed_set = static_cast<std::int64_t>(out.size()) + 1};
    out.push_back(finished_record(begun, config.battery, all, config.feasible_above));
  }
  return out;
}

}  // namespace madsearch
