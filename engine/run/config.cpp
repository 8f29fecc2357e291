#include "engine/run/config.h"

#include <sstream>

#include "configs/text.h"
#include "search/architecture/crossovers/crossover.h"
#include "search/architecture/mutations/mutation.h"

namespace madsearch {
namespace {

template <class T>
std::string numbers(const std::vector<T>& items) {
  std::ostringstream out;
  out.precision(17);
  for (std::size_t i = 0; i < items.size(); ++i) out << (i ? " " : "") << items[i];
  return out.str();
}

std::string share(const Mutation& mutation) { return mutation.name + " " + numbers(std::vector{mutation.weight}); }
std::string share(const Crossover& crossover) { return crossover.name; }

/// The rows of a table of operators, in order: another table draws other candidates.
template <class Operator>
std::string weighted(const std::vector<Operator>& table) {
  std::vector<std::string> out;
  for (const auto& row : table) out.push_back(share(row));
  return joined(out);
}

}  // namespace

std::optional<std::int64_t> limit_of(const ArchitectureLimits& limits, const std::string& objective) {
  if (objective.starts_with("state")) return limits.max_state;
  if (objective == "parameters") return limits.max_parameters;
  if (objective == "flops") return limits.max_flops;
  return {};
}

std::string RunConfig::identity() const {
  std::ostringstream out;
  out.precision(17);
  const auto line = [&](const std::string& key, const auto& value) { out << key << ": " << value << "\n"; };
  line("seed", seed);
  line("battery", battery.name + " " + battery.hash());
  line("probe", probe ? probe->name + " " + probe->hash() : "none");
  line("stages", limits.stages);
  line("width", limits.shape.width);
  line("primitives", joined(limits.primitives));
  line("valid_widths", numbers(limits.widths));
  line("parameters", limits.parameters.value_or(0));
  line("max_window", limits.max_window);
  line("parallel", limits.parallel);
  line("sharing", limits.sharing);
  line("limits.state", limits.max_state.value_or(0));
  line("limits.parameters", limits.max_parameters.value_or(0));
  line("limits.flops", limits.max_flops.value_or(0));
  for (const auto& design : seeds) line("seeds." + design.name, expanded_text(design.genome));
  for (const auto& objective : objectives) line("objectives." + objective.name, objective.worst);
  line("feasible_above", feasible_above);
  line("search.algorithm", search.algorithm);
  line("search.evaluations", search.evaluations);
  line("search.population", search.population);
  line("search.crossover", search.crossover);
  line("search.mutations", search.mutations);
  line("operators.mutations", weighted(mutations()));
  line("operators.crossovers", weighted(crossovers()));
  line("search.lag", search.lag);
  line("search.eta", search.eta);
  line("search.resample_after", search.resample_after);
  line("search.grid", numbers(search.grid));
  line("search.confirm_seeds", search.confirm_seeds);
  line("search.confirm_members", search.confirm_members);
  line("pretrain.members", pretrain.members);
  line("pretrain.pairs", pretrain.pairs);
  for (const auto& design : pretrain.controls) line("pretrain.controls." + design.name, expanded_text(design.genome));
  line("pretrain.flops", pretrain.flops);
  line("pretrain.parameters", pretrain.parameters);
  line("pretrain.repeat", pretrain.repeat);
  line("pretrain.length", pretrain.length);
  line("pretrain.batch", pretrain.batch);
  line("pretrain.learning_rates", numbers(pretrain.learning_rates));
  return out.str();
}

std::string RunConfig::hash() const { return hexadecimal(Seed{}.derive(identity()).value); }

}  // namespace madsearch
