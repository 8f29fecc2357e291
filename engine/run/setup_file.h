#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "configs/reader.h"
#include "engine/dispatch/messages.h"
#include "engine/run/setup.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// The file of the setup of this name, `configs`/setups/NAME.yaml, or this path: what ends in ".yaml" or holds a "/".
/// Throws ConfigError for a name that is not there.
std::filesystem::path setup_file(const std::string& name_or_path, const std::filesystem::path& configs);

/// `data_may_be_gone`: where the file says its content or the log's, for reports on what was trained. Throws
/// ConfigError with the place in the file.
SetupFile read_setup(const std::filesystem::path& file, bool data_may_be_gone);
/// The same of a file that was read before, and of the data that was found for it then.
SetupFile read_setup(Reader in, const std::string& name, const std::string& data, const std::string& files);

/// A request without an id. `design` is repeated to the setup's blocks; seed set 0, 1, 2, ...: all designs have the
/// same initial weights' seed and order of text on one.
PretrainRequest setup_request(const SetupFile& setup, const Genome& design, std::int64_t seed_set);

}  // namespace madsearch
