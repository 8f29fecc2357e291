#pragma once
#include "configs/reader.h"
#include "engine/run/config_names.h"
#include "engine/run/text_options.h"

namespace madsearch {

/// Reads the mapping `text:`, and the setup that it names, with its data: from the disk, or from what the run kept of
/// them. Throws ConfigError with the place in one of the two files.
TextOptions read_text(Reader& in, ConfigNames& names);

}  // namespace madsearch
