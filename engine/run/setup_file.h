#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/run/config.h"

namespace madsearch {

/// How designs are pretrained to find out what that says of them, as a file of configs/setups has it: the keys of
/// `pretrain:` that say how, `data`, and
///   blocks          of every design, as near as whole repetitions of its stripe come
///   base_width      the width that `heads` were chosen at: heads keep their size; 0: their number
///   content         of the data (data_content.h); where it is written, other data is refused
///   content_of_log  of the data that the log's pretrainings had; nothing is refused
struct SetupFile {
  std::string name;         // of the file
  PretrainOptions options;  // data absolute
  std::int64_t blocks = 0;
  std::int64_t base_width = 0;
};

/// The file of the setup of this name, `configs`/setups/NAME.yaml, or this path: what ends in ".yaml" or holds a "/".
/// Throws ConfigError for a name that is not there.
std::filesystem::path setup_file(const std::string& name_or_path, const std::filesystem::path& configs);

/// `data_may_be_gone`: where the file says its content or the log's, for reports on what was trained. Throws
/// ConfigError with the place in the file.
SetupFile read_setup(const std::filesystem::path& file, bool data_may_be_gone);

/// A request without an id. `design` is repeated to the setup's blocks; seed set 0, 1, 2, ...: all designs have the
/// same initial weights' seed and order of text on one.
PretrainRequest setup_request(const SetupFile& setup, const Genome& design, std::int64_t seed_set);

}  // namespace madsearch
