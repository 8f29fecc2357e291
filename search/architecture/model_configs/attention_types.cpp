// Models of attention. Keys and defaults: transformers, src/transformers/models/TYPE/configuration_TYPE.py of llama,
// mistral, qwen2, qwen3, gemma, mixtral and qwen3_moe; flash-linear-attention, fla/models/TYPE/configuration_TYPE.py of
// transformer, mla and forgetting_transformer.
#include <algorithm>

#include "search/architecture/model_configs/blocks.h"
#include "search/architecture/model_configs/hybrid_layers.h"
#include "search/architecture/model_configs/model_types.h"

namespace madsearch {
namespace {

/// What keys mean that are missing.
struct Sizes {
  std::int64_t width = 4096;
  std::int64_t heads = 32;
  std::int64_t key_heads = 0;  // 0: as many as heads
  std::int64_t head_size = 0;  // 0: the width's share
};

/// Attention of transformers, without a window.
Stage attention(ModelFile& file, const Sizes& otherwise, const Knobs& more = {}) {
  const auto width = file.count("hidden_size", otherwise.width);
  const auto heads = file.count("num_attention_heads", otherwise.heads);
  const auto share = otherwise.head_size ? otherwise.head_size : width / heads;
  note_head_size(file, heads, file.count("head_dim", share), width, "queries");
  note_biases(file, "attention_bias", "attention");
  note_rotary(file);
  auto knobs = more;
  knobs.push_back({"kv_heads", kv_heads(file, heads, otherwise.key_heads)});
  return block("attention", knobs);
}

Stage with_window(Stage stage, const KnobValue& window) {
  stage.block.settings.set("window", window);
  return stage;
}

Layers all_alike(ModelFile& file, const Stage& mixer, const Stage& channel) {
  return Layers(layer_count(file), {mixer, channel});
}

Layers llama(ModelFile& file) { return all_alike(file, attention(file, {}), gated_mlp(file)); }

Layers mistral(ModelFile& file) {
  const auto tokens = file.maybe_count("sliding_window", 4096);
  const auto reach = window(file, "sliding_window", tokens, file.count("max_position_embeddings", 131'072));
  return all_alike(file, with_window(attention(file, {.key_heads = 8}), reach), gated_mlp(file));
}

/// Which layers of Qwen2 and Qwen3 have a window.
std::vector<bool> windowed(ModelFile& file) {
  const auto layers = layer_count(file);
  const auto named = layer_types(file, "layer_types", {"full_attention", "sliding_attention"});
  const bool used = file.truth("use_sliding_window", false);
  const auto places = file.counts("max_window_layers");
  const auto first = places.empty() ? 28 : static_cast<std::size_t>(places.front());
  file.known({"sliding_window"});
  std::vector<bool> out;
  for (std::size_t i = 0; i < layers; ++i)
    out.push_back(named.empty() ? used && i >= first : named[i] == "sliding_attention");
  return out;
}

Layers qwen(ModelFile& file, const Stage& full, const std::vector<Stage>& channels) {
  const auto near = windowed(file);
  auto sliding = full;
  if (std::find(near.begin(), near.end(), true) != near.end())
    sliding = with_window(full, window(file, "sliding_window", file.maybe_count("sliding_window", 4096),
                                       file.count("max_position_embeddings", 32'768)));
  Layers out;
  for (std::size_t i = 0; i < near.size(); ++i) out.push_back({near[i] ? sliding : full, channels[i]});
  return out;
}

Layers qwen2(ModelFile& file) {
  file.note("biases of queries, keys and values left out");
  const auto full = attention(file, {.key_heads = 32});
  return qwen(file, full, std::vector<Stage>(layer_count(file), gated_mlp(file)));
}

Layers qwen3(ModelFile& file) {
  const auto full = attention(file, {.key_heads = 32, .head_size = 128}, {{"qk_norm", "on"}});
  return qwen(file, full, std::vector<Stage>(layer_count(file), gated_mlp(file)));
}

Layers qwen3_moe(ModelFile& file) {
  const auto full = attention(file, {.width = 2048, .key_heads = 4}, {{"qk_norm", "on"}});
  const auto of = experts(file, file.count("num_experts", 128), file.count("num_experts_per_tok", 8));
  return qwen(file, full, sparse_channels(file, of));
}

Layers gemma(ModelFile& file) {
  file.note("the embedding's scale left out");
  const auto key = file.has("hidden_activation") ? "hidden_activation" : "hidden_act";
  return all_alike(file, attention(file, {.width = 3072, .heads = 16, .key_heads = 16, .head_size = 256}),
                   gated_mlp(file, key, "gelu_pytorch_tanh"));
}

Layers mixtral(ModelFile& file) {
  const auto reach = window(file, "sliding_window", file.maybe_count("sliding_window", {}),
                            file.count("max_position_embeddings", 131'072));
  const auto channel = experts(file, file.count("num_local_experts", 8), file.count("num_experts_per_tok", 2));
  return all_alike(file, with_window(attention(file, {.key_heads = 8}), reach), channel);
}

Layers transformer(ModelFile& file) {
  check_residual_stream(file);
  const auto heads = file.count("num_heads", 32);
  note_biases(file, "qkv_bias", "queries, keys and values");
  note_rotary(file);
  const auto reach =
      window(file, "window_size", file.maybe_count("window_size", {}), file.count("max_position_embeddings", 2048));
  const auto mixer = block("attention", {{"kv_heads", kv_heads(file, heads, 0, {"num_heads", "num_kv_heads"})},
                                         {"window", reach},
                                         {"qk_norm", on_off(file.truth("qk_norm", false))}});
  return all_alike(file, mixer, gated_mlp(file));
}

Layers mla(ModelFile& file) {
  check_residual_stream(file);
  file.needs_none("window_size", "latent attention here reads all tokens");
  file.known({"qk_head_dim"});
  note_rotary(file);
  const auto width = file.count("hidden_size", 2048);
  const auto apart = file.count("qk_nope_head_dim", 128);
  const auto turned = file.count("qk_rope_head_dim", 64);
  const auto queries = file.maybe_count("q_lora_rank", 64);
  note_head_size(file, file.count("num_heads", 16), file.count("v_head_dim", 128), width, "values");
  constexpr std::int64_t kHeads = 4;
  const Knobs knobs = {{"kv_rank", fitting_ratio(file, "kv_rank", file.count("kv_lora_rank", 512), width, 8)},
                       {"rope", fitting_ratio(file, "rope", turned, kHeads * apart, 16)},
                       {"q_rank", queries ? fitting_ratio(file, "q_rank", *queries, width, 8) : "none"}};
  return all_alike(file, block("mla", knobs), gated_mlp(file));
}

Layers forgetting_transformer(ModelFile& file) {
  check_residual_stream(file);
  const auto heads = file.count("num_heads", 32);
  if (file.count("num_kv_heads", heads) != heads)
    throw file.error("num_kv_heads",
                     "num_kv_heads must be num_heads: forgetting attention here has keys in every head");
  file.needs_none("window_size", "forgetting attention here reads all tokens");
  note_biases(file, "qkv_bias", "queries, keys and values");
  const Knobs knobs = {{"qk_norm", on_off(file.truth("qk_norm", false))},
                       {"gate", on_off(file.truth("use_output_gate", false))}};
  return all_alike(file, block("forgetting_attention", knobs), gated_mlp(file));
}

}  // namespace

std::vector<ModelType> attention_types() {
  return {{"forgetting_transformer", forgetting_transformer},
          {"gemma", gemma},
          {"llama", llama},
          {"mistral", mistral},
          {"mixtral", mixtral},
          {"mla", mla},
          {"qwen2", qwen2},
          {"qwen3", qwen3},
          {"qwen3_moe", qwen3_moe},
          {"transformer", transformer}};
}

}  // namespace madsearch
