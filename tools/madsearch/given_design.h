#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/config.h"

namespace CLI {
class App;
}

namespace madsearch {

/// A design on a command line: a name, a file or a text, or a candidate of a run, DIR ID.
struct GivenFlags {
  std::vector<std::string> what;
  std::string battery;  // "" for the run's own, or quick
  std::int64_t stages = 0;
};
void add_given(CLI::App& command, GivenFlags& flags);  // DESIGN, --battery, --stages

/// The design that was given, and what a search would say of where it is trained.
struct Given {
  Design design;  // of a candidate its name is the id
  Battery battery;
  std::optional<RunConfig> run;
  std::int64_t state_length = 0;           // where state is counted
  std::optional<std::int64_t> parameters;  // that the run gives its candidates, at the battery's width
};
/// Throws ConfigError for what there is not.
Given given(const GivenFlags& flags);

}  // namespace madsearch
