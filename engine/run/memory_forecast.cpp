#include "engine/run/memory_forecast.h"

#include <algorithm>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/memory_share.h"
#include "engine/dispatch/one_answer.h"
#include "mad_tasks/table.h"
#include "primitives/table.h"
#include "search/architecture/cost.h"
#include "search/architecture/designs.h"
#include "search/architecture/validity.h"

namespace madsearch {
namespace {

struct Candidate {
  std::string primitive;
  std::string design;
};

/// transformer++ of as many blocks with the primitive wherever one of its kind stands.
Genome with(const Primitive& primitive, std::int64_t stages) {
  auto out = transformer(stages);
  for (auto* block : blocks(out))
    if (find_primitive(block->primitive)->kind == primitive.kind)
      *block = {primitive.name, primitive.defaults(), "", false};
  return out;
}

std::vector<Candidate> candidates(const ArchitectureLimits& limits) {
  std::vector<Candidate> out;
  for (const auto& name : limits.primitives) {
    const auto genome = solve_sizes(with(*find_primitive(name), limits.stages), limits.shape, limits.parameters).genome;
    if (invalid(genome, limits.shape).empty()) out.push_back({name, expanded_text(genome)});
  }
  return out;
}

/// The setting of most tokens: a step of no time on it.
BenchRequest question(const Battery& battery) {
  BenchRequest out{.id = "memory", .width = battery.width};
  for (const auto& task : battery.tasks)
    for (const auto& setting : task.settings) {
      const auto length = find_task(setting.setting.task)->input_length(setting.setting.values);
      if (setting.batch * length <= out.batch * out.length) continue;
      out.length = length;
      out.batch = setting.batch;
    }
  out.replicas = static_cast<std::int64_t>(battery.grid.size());
  return out;
}

}  // namespace

MemoryForecast forecast_memory(const RunConfig& config, Coordinator& workers, const std::atomic<bool>* interrupted) {
  const auto all = candidates(config.limits);
  auto request = question(config.battery);
  for (const auto& candidate : all) request.designs.push_back(candidate.design);
  const auto reply = answer_of(workers, request, interrupted);
  const auto* benched = std::get_if<BenchReply>(&reply);
  const auto* error = std::get_if<ErrorReply>(&reply);
  if (!benched || benched->rows.empty())
    throw ConfigError("the worker could not foretell what trainings take of its memory: " +
                      (error ? error->error : ""));
  const auto& rows = benched->rows;
  const auto largest = std::max_element(rows.begin(), rows.end(), [](const auto& one, const auto& other) {
    return one.predicted_mib < other.predicted_mib;
  });
  MemoryForecast out{all[static_cast<std::size_t>(largest - rows.begin())].primitive, largest->predicted_mib};
  if (const auto hellos = workers.workers(); !hellos.empty()) {
    out.there = hellos.front().memory_bytes;
    out.device = hellos.front().device;
  }
  return out;
}

std::string to_text(const MemoryForecast& f) {
  constexpr double kMib = 1 << 20;
  auto out = "memory: at most " + shown("%.0f", f.mib) + " MiB a training, with " + f.primitive;
  if (f.there <= 0) return out;
  out += "; a worker on " + f.device + " may take " + shown_bytes(f.there);
  if (f.mib * kMib <= static_cast<double>(f.there)) return out;
  return out + (f.device.starts_with("cuda") ? ": of what is larger fewer replicas are computed at once"
                                             : ": what is larger is refused as out_of_memory");
}

}  // namespace madsearch
