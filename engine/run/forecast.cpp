#include "engine/run/forecast.h"

#include <algorithm>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/training/learning_rates.h"
#include "results/comparison.h"
#include "search/architecture/cost.h"
#include "search/architecture/designs.h"

namespace madsearch {
namespace {

// of the measurement; larger batches are scaled
constexpr std::int64_t kSteps = 5;
constexpr std::int64_t kMostBatch = 16;

/// Training FLOPs of one candidate: transformer++ stands for all, which have equal parameters.
double flops_of(const Battery& battery, const Genome& genome) {
  const bool beyond = battery.protocol == Protocol::kMadsearch && battery.extend_grid &&
                      std::any_of(battery.grid.begin(), battery.grid.end(),
                                  [&](const auto& point) { return beyond_the_edge(battery.grid, point).has_value(); });
  const auto replicas = static_cast<double>(battery.grid.size() + (beyond ? 1 : 0));
  double total = 0;
  for (const auto& task : battery.tasks)
    for (const auto& setting : task.settings) {
      const auto length =
          static_cast<std::int64_t>(setting.setting.values.has("length") ? setting.setting.values.count("length") : 32);
      const auto vocabulary = setting.setting.values.count("vocabulary");
      const auto forward = static_cast<double>(cost(genome, {battery.width, length}, vocabulary).flops);
      total += 3 * forward * static_cast<double>(setting.batch * setting.steps) * replicas;
    }
  return total;
}

/// "state counts at 4096 tokens: transformer++ 524288, at most 400000"
std::string state_text(const RunConfig& config) {
  const auto& limits = config.limits;
  const auto state =
      cost(solve_sizes(transformer(limits.stages), limits.shape, limits.parameters).genome, limits.served()).state;
  return "state counts at " + std::to_string(limits.served().length) + " tokens: transformer++ " +
         std::to_string(std::int64_t{state}) +
         (limits.max_state ? ", at most " + std::to_string(*limits.max_state) : "");
}

}  // namespace

Forecast forecast(const RunConfig& config, Coordinator& workers) {
  const auto sized =
      solve_sizes(transformer(config.limits.stages), config.limits.shape, config.limits.parameters).genome;
  const auto& setting = config.battery.tasks.front().settings.front();
  const auto batch = std::min(setting.batch, kMostBatch);
  BenchRequest request{.id = "forecast",
                       .designs = {expanded_text(sized)},
                       .width = config.battery.width,
                       .length = config.battery.longest(),
                       .batch = batch,
                       .steps = kSteps};
  workers.submit(request);
  std::optional<Reply> reply;
  while (!reply) reply = workers.wait(1);
  const auto* benched = std::get_if<BenchReply>(&*reply);
  const auto* error = std::get_if<ErrorReply>(&*reply);
  if (!benched || benched->rows.empty())
    throw ConfigError("the worker could not measure this machine: " + (error ? error->error : ""));
  const auto& row = benched->rows.front();

  Forecast out;
  out.slots = workers.slots();
  const auto step =
      3.0 * static_cast<double>(cost(sized, {request.width, request.length}).flops) * static_cast<double>(batch);
  out.gflops = step / row.milliseconds * 1e-6;
  out.memory_mib = row.peak_memory_mib * static_cast<double>(setting.batch) / static_cast<double>(batch) *
                   static_cast<double>(config.battery.grid.size());
  const auto hand = static_cast<std::int64_t>(config.seeds.size());
  if (config.probe) {
    // A candidate's probe may lead to its battery: with eta = 3 one in three climbs.
    const auto others = std::max<std::int64_t>(0, config.search.evaluations - hand);
    out.probes = static_cast<std::int64_t>(static_cast<double>(others) * config.search.eta / (config.search.eta + 1));
    out.batteries = hand + others - out.probes;
  } else {
    out.batteries = config.search.evaluations;
  }
  out.confirms = config.search.confirm_seeds * (hand + config.search.confirm_members);
  const auto& pretrain = config.pretrain;
  out.pretrainings = pretrain.members > 0
                         ? pretrain.members + pretrain.pairs + static_cast<std::int64_t>(pretrain.controls.size())
                         : 0;
  const auto rate = out.gflops * 1e9;
  if (config.probe) out.probe_seconds = flops_of(*config.probe, sized) / rate;
  out.battery_seconds = flops_of(config.battery, sized) / rate;
  out.pretrain_seconds =
      pretrain.flops * (1 + pretrain.setup.tuning * static_cast<double>(pretrain.learning_rates.size())) / rate;
  const auto total = static_cast<double>(out.probes) * out.probe_seconds +
                     static_cast<double>(out.batteries + out.confirms) * out.battery_seconds +
                     static_cast<double>(out.pretrainings) * out.pretrain_seconds;
  out.hours = total / static_cast<double>(std::max<std::int64_t>(1, out.slots)) / 3600;
  return out;
}

std::string resolution_text(const RunConfig& config) {
  const auto sets = config.search.confirm_seeds;
  if (sets == 0) return "resolves no difference in score: without `confirm_seeds` nothing is measured on fresh seeds";
  if (!config.battery.seed_deviation)
    return "which differences in score it resolves is not known: battery " + config.battery.name +
           " states no `seed_deviation`";
  const auto deviation = *config.battery.seed_deviation;
  return "resolves differences in score above " + shown("%.3f", expected_margin(deviation, sets)) + " (95 %, " +
         std::to_string(sets) + " fresh seed sets of each design, deviation " + shown("%.3f", deviation) +
         " of one set)";
}

std::string to_text(const Forecast& f, const RunConfig& config) {
  std::string out = "forecast: ";
  if (f.probes > 0) out += std::to_string(f.probes) + " probes of " + duration(f.probe_seconds) + ", ";
  out += std::to_string(f.batteries) + " batteries of " + duration(f.battery_seconds) + ", " +
         std::to_string(f.confirms) + " confirming ones";
  if (f.pretrainings > 0)
    out += ", " + std::to_string(f.pretrainings) + " pretrainings of " + duration(f.pretrain_seconds);
  out += "\n          on " + std::to_string(f.slots) + " slots at " + shown("%.2f", f.gflops) +
         " GFLOP/s each: about " + duration(f.hours * 3600) + " at the speed of transformer++, " +
         shown("%.0f", f.memory_mib) + " MiB a training\n          " + resolution_text(config);
  out += "\n          " + state_text(config);
  for (const auto& sentence : covered_by_windows(config)) out += "\n          " + sentence;
  if (config.hours > 0) out += "\n          limited to " + shown("%g", config.hours) + " h";
  if (!config.until.empty()) out += "\n          until " + config.until;
  return out;
}

}  // namespace madsearch
