#pragma once
#include "search/architecture/model_configs/blocks.h"

namespace madsearch {

/// The layers of a model of flash-linear-attention: all of them `mixer` and `channel`, but for those which the key
/// `attn` lists, {"layers": [1, 3], "num_heads": 18, "num_kv_heads": 6, "window_size": 2048} or several of these, which
/// have attention in place of the mixer (fla/models/hybrid.py).
Layers hybrid_layers(ModelFile& file, const Stage& mixer, const Stage& channel);

/// Throws ConfigError for what all models of flash-linear-attention may have and no genome says.
void check_residual_stream(ModelFile& file);

}  // namespace madsearch
