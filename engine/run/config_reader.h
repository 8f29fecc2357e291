#pragma once
#include <filesystem>

#include "configs/reader.h"
#include "engine/run/config.h"

namespace madsearch {

/// Where state is counted by a configuration that says no state_length: at its default, or, in a run of a release that
/// knew no other, at the battery's length.
enum class StateLength { kServed, kBattery };

/// Reads a configuration of configs/searches. `configs`: the folder of the shipped batteries and designs. A seed is a
/// shipped design's name, a YAML file, a text, or a former run's folder, whose front is taken. Paths in the file are
/// relative to it, then to the working directory. The file is read once, so it may be a pipe. Throws ConfigError, with
/// the place in the file, for whatever can't be run.
RunConfig read_run(const std::filesystem::path& file, const std::filesystem::path& configs,
                   StateLength unsaid = StateLength::kServed);

/// The same of a run of before runs kept what they were read from (ConfigNames::of_first_release). With
/// `data_may_be_gone` it is no error that its data is gone.
RunConfig read_former_run(const std::filesystem::path& file, const std::filesystem::path& configs, StateLength unsaid,
                          bool data_may_be_gone);

/// Reads a configuration again from what it was read from, without anything else. `name`: of the configuration.
RunConfig read_run(const Inputs& inputs, const std::string& name, StateLength unsaid = StateLength::kServed);

/// The same run with other pools, from a file that says nothing else. Throws ConfigError.
RunConfig with_pools(RunConfig config, const std::filesystem::path& file);

}  // namespace madsearch
