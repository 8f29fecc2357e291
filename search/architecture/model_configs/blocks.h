#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "search/architecture/genome.h"
#include "search/architecture/model_configs/layer_pattern.h"
#include "search/architecture/model_configs/model_file.h"

namespace madsearch {

// What readers of several families share. Sizes are those of hand designs, which are trained at widths of 32 to 256:
// 4 heads, `inner` solved, states and ranks at their defaults where models have some for widths of thousands.

using Knobs = std::vector<std::pair<std::string, KnobValue>>;

/// A stage of this primitive; knobs that are not named have their defaults, but for `conv`, which is none.
Stage block(const std::string& primitive, const Knobs& knobs = {});

KnobValue on_off(bool on);

/// "conv": taps, or none where `used` is false.
KnobValue taps(ModelFile& file, const std::string& key, std::int64_t otherwise, bool used = true);

/// numerator / denominator, to the nearest 1/parts (at least one), which is noted as `what`: sizes that fit heads at
/// width 32.
KnobValue fitting_ratio(ModelFile& file, const std::string& what, std::int64_t numerator, std::int64_t denominator,
                        std::int64_t parts);
/// The same of a number of the file, 1.5 for 3/2.
KnobValue fitting_ratio(ModelFile& file, const std::string& key, double otherwise, std::int64_t parts);

/// A number above 0 as a ratio, 0.02 as 1/50.
KnobValue ratio(ModelFile& file, const std::string& key, double otherwise);

/// How files call the same things.
struct AttentionKeys {
  std::string heads = "num_attention_heads";
  std::string kv_heads = "num_key_value_heads";
};

/// Key heads of four heads in the file's ratio. `otherwise`: their number where it is missing, 0 for as many as heads.
KnobValue kv_heads(ModelFile& file, std::int64_t heads, std::int64_t otherwise = 0, const AttentionKeys& keys = {});

/// The share of the context that a window of `tokens` of `context` is; none where it covers the context or there is
/// none. `key` is what messages call it.
KnobValue window(ModelFile& file, const std::string& key, std::optional<std::int64_t> tokens, std::int64_t context);

/// What is said of rotary positions and can't be written. `otherwise`: the share of channels that is turned.
void note_rotary(ModelFile& file, double otherwise = 1);

/// Notes that a key which says that there are biases is true.
void note_biases(ModelFile& file, const std::string& key, const std::string& where, bool otherwise = false);

/// Notes a head's channels times heads that are not the width.
void note_head_size(ModelFile& file, std::int64_t heads, std::int64_t head_size, std::int64_t width,
                    const std::string& what);

/// A gated MLP with this activation.
Stage gated_mlp(ModelFile& file, const std::string& key = "hidden_act", const std::string& otherwise = "silu");

/// Experts: 4 of which 2 answer stand for more, as in hand designs.
Stage experts(ModelFile& file, std::int64_t experts, std::int64_t active, bool shared = false);

/// Experts in each layer whose number, from 1 on, is a multiple of decoder_sparse_step, but for mlp_only_layers.
std::vector<Stage> sparse_channels(ModelFile& file, const Stage& experts);

/// The number of layers, at most 1,000.
std::size_t layer_count(ModelFile& file);

/// `layer_types`, a word a layer, each of `allowed`; empty where it is missing.
std::vector<std::string> layer_types(ModelFile& file, const std::string& key, const std::vector<std::string>& allowed);

}  // namespace madsearch
