#pragma once
#include <cstdint>
#include <string>

#include "engine/run/pretrain_options.h"

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

}  // namespace madsearch
