#include "engine/run/config.h"

namespace madsearch {

std::optional<std::int64_t> limit_of(const ArchitectureLimits& limits, const std::string& objective) {
  if (objective.starts_with("state")) return limits.max_state;
  if (objective == "parameters") return limits.max_parameters;
  if (objective == "flops") return limits.max_flops;
  return {};
}

}  // namespace madsearch
