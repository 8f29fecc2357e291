#include "engine/run/forecast.h"

#include <algorithm>
#include <cmath>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/one_answer.h"
#include "engine/training/learning_rates.h"
#include "mad_tasks/table.h"
#include "results/comparison.h"
#include "search/architecture/cost.h"
#include "search/architecture/designs.h"

namespace madsearch {
namespace {

// of the measurement; larger batches are scaled
constexpr std::int64_t kSteps = 5;
constexpr std::int64_t kMostBatch = 16;

/// Whether a rate beyond the grid may be tried.
bool goes_beyond(const Battery& battery) {
  return battery.protocol == Protocol::kMadsearch && battery.extend_grid &&
         std::any_of(battery.grid.begin(), battery.grid.end(),
                     [&](const auto& point) { return beyond_the_edge(battery.grid, point).has_value(); });
}

std::int64_t length_of(const BatterySetting& setting) {
  return find_task(setting.setting.task)->input_length(setting.setting.values);
}

/// Training FLOPs of one candidate: transformer++ stands for all, which have equal parameters.
double flops_of(const Battery& battery, const Genome& genome) {
  const auto replicas = static_cast<double>(battery.grid.size() + (goes_beyond(battery) ? 1 : 0));
  double total = 0;
  for (const auto& task : battery.tasks)
    for (const auto& setting : task.settings) {
      const auto vocabulary = setting.setting.values.count("vocabulary");
      const auto forward = static_cast<double>(cost(genome, {battery.width, length_of(setting)}, vocabulary).flops);
      total += 3 * forward * static_cast<double>(setting.batch * setting.steps) * replicas;
    }
  return total;
}

/// Seconds of one candidate of `stages` blocks: the grid's rates in one training, then the one beyond.
double seconds_of(const Battery& battery, std::int64_t stages, const AssumedMachine& machine) {
  const auto rates = static_cast<double>(battery.grid.size());
  double total = 0;
  for (const auto& task : battery.tasks)
    for (const auto& setting : task.settings) {
      const auto tokens = static_cast<double>(setting.batch * length_of(setting));
      const auto step =
          step_seconds(machine, rates * tokens) + (goes_beyond(battery) ? step_seconds(machine, tokens) : 0);
      total += step * static_cast<double>(setting.steps * stages);
    }
  return total;
}

double most_tokens(const Battery& battery) {
  std::int64_t out = 0;
  for (const auto& task : battery.tasks)
    for (const auto& setting : task.settings) out = std::max(out, setting.batch * length_of(setting));
  return static_cast<double>(out) * static_cast<double>(battery.grid.size());
}

/// How many of what there will be.
Forecast counted(const RunConfig& config) {
  Forecast out;
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
  if (pretrain.members > 0)
    out.pretrainings = pretrain.members + pretrain.pairs + static_cast<std::int64_t>(pretrain.controls.size());
  return out;
}

void set_hours(Forecast& out) {
  const auto total = static_cast<double>(out.probes) * out.probe_seconds +
                     static_cast<double>(out.batteries + out.confirms) * (out.battery_seconds + out.text_seconds) +
                     static_cast<double>(out.pretrainings) * out.pretrain_seconds;
  out.hours = total / static_cast<double>(std::max<std::int64_t>(1, out.slots)) / 3600;
}

void check_width(const Battery& battery, const AssumedMachine& machine) {
  if (battery.width != machine.width)
    throw ConfigError(machine.file + " was measured at width " + std::to_string(machine.width) + ", and battery " +
                      battery.name + " has width " + std::to_string(battery.width));
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

Forecast forecast(const RunConfig& config, Coordinator& workers, const std::atomic<bool>* interrupted) {
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
  const auto reply = answer_of(workers, request, interrupted);
  const auto* benched = std::get_if<BenchReply>(&reply);
  const auto* error = std::get_if<ErrorReply>(&reply);
  if (!benched || benched->rows.empty())
    throw ConfigError("the worker could not measure this machine: " + (error ? error->error : ""));
  const auto& row = benched->rows.front();

  auto out = counted(config);
  out.slots = workers.slots();
  const auto step =
      3.0 * static_cast<double>(cost(sized, {request.width, request.length}).flops) * static_cast<double>(batch);
  out.gflops = step / row.milliseconds * 1e-6;
  out.memory_mib = row.peak_memory_mib * static_cast<double>(setting.batch) / static_cast<double>(batch) *
                   static_cast<double>(config.battery.grid.size());
  const auto& pretrain = config.pretrain;
  const auto rate = out.gflops * 1e9;
  if (config.probe) out.probe_seconds = flops_of(*config.probe, sized) / rate;
  out.battery_seconds = flops_of(config.battery, sized) / rate;
  if (!config.text.empty()) out.text_seconds = text_flops(config.text) / rate;
  out.pretrain_seconds =
      pretrain.flops * (1 + pretrain.setup.tuning * static_cast<double>(pretrain.learning_rates.size())) / rate;
  set_hours(out);
  return out;
}

Forecast forecast(const RunConfig& config, const AssumedMachine& machine) {
  check_width(config.battery, machine);
  auto out = counted(config);
  out.machine = machine.name;
  out.slots = 1;
  const auto stages = config.limits.stages;
  if (config.probe) {
    check_width(*config.probe, machine);
    out.probe_seconds = seconds_of(*config.probe, stages, machine);
  }
  out.battery_seconds = seconds_of(config.battery, stages, machine);
  out.median_ratio = machine.median_ratio;
  out.memory_mib = most_tokens(config.battery) * static_cast<double>(stages) * machine.bytes_of_token / (1 << 20);
  out.largest_mib = out.memory_mib * machine.memory_ratio;
  out.has_mib = machine.memory_mib;
  set_hours(out);
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

namespace {

constexpr const char* kBelow = "\n          ";

/// `reads`: whether text is trained on. "on 2 slots at 3.10 GFLOP/s each: about 3.2 h at the speed of transformer++,
/// 120 MiB a training"
std::string speed_text(const Forecast& f, bool reads) {
  const auto memory = ", " + shown("%.0f", f.memory_mib) + " MiB a training";
  const auto time = "about " + duration(f.hours * 3600) + " at the speed of transformer++";
  if (f.machine.empty())
    return "on " + std::to_string(f.slots) + " slots at " + shown("%.2f", f.gflops) + " GFLOP/s each: " + time + memory;
  const auto most = ", " + shown("%.0f", f.largest_mib) + " MiB with the primitive that takes most" +
                    (f.has_mib > 0 && f.largest_mib > f.has_mib ? ", more than its " + shown("%.0f", f.has_mib) +
                                                                      ": of that fewer replicas are computed at once"
                                                                : "");
  return "on one slot of one " + f.machine + ", as it was measured: " + time + ", " +
         duration(f.hours * 3600 * f.median_ratio) + " at that of the median primitive" + memory + most +
         (reads ? std::string(kBelow) + "without pretrainings, which were not measured there" : "");
}

/// How much of the search comes to its end in its hours, which it shares with what follows (see docs/running.md).
std::string limit_text(const Forecast& f, double hours) {
  auto out = "limited to " + shown("%g", hours) + " h";
  if (f.machine.empty()) return out;
  constexpr double kSearches = 0.8;
  const auto done = kSearches * hours / (f.hours * f.median_ratio);
  return out + ": about " +
         std::to_string(std::llround(done * static_cast<double>(f.probes + f.batteries + f.confirms))) +
         " evaluations on one";
}

}  // namespace

std::string to_text(const Forecast& f, const RunConfig& config) {
  std::string out = "forecast: ";
  if (f.probes > 0) out += std::to_string(f.probes) + " probes of " + duration(f.probe_seconds) + ", ";
  out += std::to_string(f.batteries) + " batteries of " + duration(f.battery_seconds) +
         (f.text_seconds > 0 ? " and text of " + duration(f.text_seconds) : "") + ", " + std::to_string(f.confirms) +
         " confirming ones";
  if (f.pretrainings > 0) out += ", " + std::to_string(f.pretrainings) + " pretrainings";
  if (f.pretrain_seconds > 0) out += " of " + duration(f.pretrain_seconds);
  out += kBelow + speed_text(f, f.pretrainings > 0 || !config.text.empty()) + kBelow + resolution_text(config);
  out += kBelow + state_text(config);
  for (const auto& sentence : covered_by_windows(config)) out += kBelow + sentence;
  if (config.hours > 0) out += kBelow + limit_text(f, config.hours);
  if (!config.until.empty()) out += kBelow + ("until " + config.until);
  return out;
}

}  // namespace madsearch
