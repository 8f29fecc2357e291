#include "named.h"

#include <CLI/CLI.hpp>

#include "configs/errors.h"
#include "configs/text.h"
#include "mad_tasks/table.h"
#include "primitives/table.h"
#include "search/architecture/validity.h"

namespace madsearch {

std::vector<std::string> primitive_names() {
  std::vector<std::string> out;
  for (const auto& primitive : primitives()) out.push_back(primitive.name);
  return out;
}

const Primitive& primitive_named(const std::string& name) {
  if (const auto* primitive = find_primitive(name)) return *primitive;
  throw ConfigError("unknown primitive " + in_quotes(name) + did_you_mean(name, primitive_names()));
}

const Task& task_named(const std::string& name) {
  if (const auto* task = find_task(name)) return *task;
  std::vector<std::string> names;
  for (const auto& task : tasks()) names.push_back(task.name);
  throw ConfigError("unknown task " + in_quotes(name) + expected_one_of(names, name));
}

Sized solved(const std::string& design, const Genome& genome, Shape shape, std::optional<std::int64_t> parameters) {
  const auto refused = [&](const std::string& sentence) {
    return ConfigError("design " + in_quotes(design) + ": " + sentence);
  };
  try {
    auto out = solve_sizes(genome, shape, parameters);
    if (const auto sentence = invalid(out.genome, shape); !sentence.empty()) throw refused(sentence);
    return out;
  } catch (const TooLarge& error) {
    throw refused(error.what());
  }
}

void add_protocol(CLI::App& command, std::string& protocol) {
  command.add_option("--protocol", protocol, "the papers' intention, or the reference as it behaves")
      ->check(CLI::IsMember({to_text(Protocol::kMadsearch), to_text(Protocol::kMadLab)}))
      ->capture_default_str();
}

Protocol protocol_named(const std::string& name) {
  return name == to_text(Protocol::kMadLab) ? Protocol::kMadLab : Protocol::kMadsearch;
}

}  // namespace madsearch
