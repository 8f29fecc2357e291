#include "given_design.h"

#include <CLI/CLI.hpp>
#include <cmath>

#include "candidate.h"
#include "command.h"
#include "configs/errors.h"
#include "engine/dispatch/battery_trainings.h"
#include "engine/run/directory.h"
#include "front_view.h"
#include "ranges.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

constexpr std::int64_t kServed = 4096;  // tokens; the default of a search's state_length

/// The run's parameters in proportion at another width.
std::optional<std::int64_t> parameters_at(const ArchitectureLimits& limits, Shape shape) {
  if (!limits.parameters) return {};
  const auto there = static_cast<double>(transformer_parameters(limits.stages, limits.shape));
  const auto here = static_cast<double>(transformer_parameters(limits.stages, shape));
  return std::llround(static_cast<double>(*limits.parameters) * here / there);
}

Given candidate(const GivenFlags& flags) {
  if (flags.stages > 0) throw ConfigError("--stages is for designs; a candidate of a run has as many as it has");
  const auto& folder = flags.what[0];
  const auto store = store_in(folder);
  const auto found = design_of(store, folder, flags.what[1]).candidate;
  Given out;
  out.design = {short_id(found.hash), canonical(parse_expanded(found.text)), "", ""};
  out.run = stored_run(store, folder, configs_folder());
  out.battery = flags.battery.empty() ? out.run->battery : load_battery(flags.battery, configs_folder());
  out.state_length = out.run->limits.served().length;
  out.parameters = parameters_at(out.run->limits, shape_of(out.battery));
  return out;
}

}  // namespace

void add_given(CLI::App& command, GivenFlags& flags) {
  command
      .add_option("DESIGN", flags.what,
                  "a name, a file (YAML, config.json) or a text; or DIR ID: a run's folder and what it calls a design")
      ->required()
      ->expected(1, 2);
  command.add_option("--battery", flags.battery,
                     "a name of `madsearch list batteries`, or a YAML file (default: the run's own, else patient)");
  command.add_option("--stages", flags.stages, "repeat the design to so many blocks")->check(integers(1, 128));
}

Given given(const GivenFlags& flags) {
  if (flags.what.size() == 2) return candidate(flags);
  Given out;
  out.design = find_design(flags.what[0], configs_folder());
  if (flags.stages > 0) out.design.genome = repeated(out.design, flags.stages);
  out.design.genome = canonical(std::move(out.design.genome));
  out.battery = load_battery(flags.battery.empty() ? "patient" : flags.battery, configs_folder());
  out.state_length = kServed;
  return out;
}

}  // namespace madsearch
