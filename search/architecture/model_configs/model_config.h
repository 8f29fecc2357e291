#pragma once
#include "configs/reader.h"
#include "search/architecture/design.h"

namespace madsearch {

/// The design of a config.json of `madsearch export`, or one that is the model of a config.json of transformers or
/// flash-linear-attention: a short stripe of its layers (layer_pattern.h) with the sizes of hand designs (blocks.h).
/// The note says what was cut, and what the file says that no genome does; keys that are missing mean what they do in
/// their library. Throws ConfigError, with file, line and key, for a model_type or a layer that is not known, with
/// did-you-mean, and where what a file says would be another model.
Design read_model_config(Reader in);

}  // namespace madsearch
