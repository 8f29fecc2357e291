#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "mad_tasks/task.h"
#include "primitives/primitive.h"
#include "search/architecture/sizes.h"

namespace CLI {
class App;
}

// What a command line names. All throw ConfigError for what there is not, with the name that was perhaps meant.
namespace madsearch {

const Primitive& primitive_named(const std::string& name);
std::vector<std::string> primitive_names();

const Task& task_named(const std::string& name);

/// `genome` with all its sizes solved. Throws ConfigError, with the name of the `design` that it comes from, if it is
/// invalid at `shape`. `parameters`: as solve_sizes takes them.
Sized solved(const std::string& design, const Genome& genome, Shape shape, std::optional<std::int64_t> parameters = {});

void add_protocol(CLI::App& command, std::string& protocol);  // --protocol madsearch|mad-lab
Protocol protocol_named(const std::string& name);             // of one that add_protocol let pass

}  // namespace madsearch
