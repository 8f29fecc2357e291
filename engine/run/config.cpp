#include "engine/run/config.h"

#include "search/architecture/windows.h"

namespace madsearch {

std::vector<std::string> covered_by_windows(const RunConfig& config) {
  const auto shortest = config.battery.shortest();
  std::vector<std::string> out;
  for (const auto& design : config.seeds)
    if (const auto window = covering_window(design.genome, shortest); !window.empty())
      out.push_back(design.name + ": " + window + " covers all of the battery's sequences of " +
                    std::to_string(shortest) + " tokens");
  return out;
}

std::optional<std::int64_t> limit_of(const ArchitectureLimits& limits, const std::string& objective) {
  if (objective.starts_with("state") && limits.max_state) return limits.max_state;
  if (objective.starts_with("state") && limits.state_length > 0)
    return 2 * limits.stages * limits.shape.width * limits.state_length;
  if (objective == "parameters") return limits.max_parameters;
  if (objective == "flops") return limits.max_flops;
  return {};
}

}  // namespace madsearch
