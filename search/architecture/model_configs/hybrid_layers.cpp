#include "search/architecture/model_configs/hybrid_layers.h"

#include <set>

namespace madsearch {
namespace {

constexpr std::int64_t kContext = 2048;  // max_position_embeddings where it is missing

Stage attention(ModelFile& spec, std::int64_t context) {
  const auto heads = spec.needed_count("num_heads");
  const auto keys = kv_heads(spec, heads, 0, {"num_heads", "num_kv_heads"});
  note_biases(spec, "qkv_bias", "queries, keys and values");
  note_rotary(spec);
  return block("attention", {{"kv_heads", keys},
                             {"window", window(spec, "window_size", spec.maybe_count("window_size", {}), context)}});
}

}  // namespace

Layers hybrid_layers(ModelFile& file, const Stage& mixer, const Stage& channel) {
  check_residual_stream(file);
  Layers out(layer_count(file), {mixer, channel});
  std::set<std::int64_t> taken;
  const auto context = file.count("max_position_embeddings", kContext);
  for (auto& spec : file.children("attn")) {
    const auto stage = attention(spec, context);
    if (!spec.has("layers")) throw ConfigError(spec.place() + ": the key \"layers\" is missing");
    for (const auto layer : spec.counts("layers")) {
      const auto number = std::to_string(layer);
      if (layer >= static_cast<std::int64_t>(out.size()))
        throw spec.error("layers",
                         "layer " + number + " is not there: num_hidden_layers is " + std::to_string(out.size()));
      if (!taken.insert(layer).second) throw spec.error("layers", "layer " + number + " stands twice");
      out[static_cast<std::size_t>(layer)].front() = stage;
    }
  }
  return out;
}

void check_residual_stream(ModelFile& file) {
  file.needs_none("attnres_block_size", "blocks here read the residual stream, not earlier blocks by attention");
}

}  // namespace madsearch
