// Models of recurrences and short convolutions. Keys and defaults: transformers,
// src/transformers/models/TYPE/configuration_TYPE.py of recurrent_gemma and lfm2; flash-linear-attention,
// fla/models/rwkv6/configuration_rwkv6.py; BlinkDL's models on Hugging Face, which bring their own code (rwkv5, rwkv6).
#include "configs/text.h"
#include "search/architecture/model_configs/blocks.h"
#include "search/architecture/model_configs/hybrid_layers.h"
#include "search/architecture/model_configs/model_types.h"

namespace madsearch {
namespace {

Layers recurrent_gemma(ModelFile& file) {
  const auto width = file.count("hidden_size", 2560);
  const auto heads = file.count("num_attention_heads", 10);
  note_rotary(file, 0.5);
  note_biases(file, "attention_bias", "attention");
  file.note("the embedding's scale and the cap of logits left out");
  file.known({"logits_soft_cap", "w_init_variance_scale", "final_w_init_variance_scale"});
  const auto recurrent = block("rg_lru", {{"conv", taps(file, "conv1d_width", 4)},
                                          {"expand", KnobValue(file.count("lru_width", width), width)}});
  const auto attention =
      block("attention", {{"kv_heads", kv_heads(file, heads)},
                          {"window", window(file, "attention_window_size", file.count("attention_window_size", 2048),
                                            file.count("max_position_embeddings", 8192))}});
  const auto channel = gated_mlp(file, "hidden_activation", "gelu_pytorch_tanh");
  auto types = file.texts("block_types");
  if (types.empty()) types = {"recurrent", "recurrent", "attention"};
  for (const auto& type : types)
    if (type != "recurrent" && type != "attention")
      throw file.error("block_types", "unknown layer " + in_quotes(type) + " in block_types" +
                                          expected_one_of({"attention", "recurrent"}, type));
  Layers out;
  for (std::size_t i = 0; i < layer_count(file); ++i)
    out.push_back({types[i % types.size()] == "attention" ? attention : recurrent, channel});
  return out;
}

Layers lfm2(ModelFile& file) {
  const auto width = file.count("hidden_size", 2560);
  const auto heads = file.count("num_attention_heads", 32);
  note_rotary(file);
  note_biases(file, "conv_bias", "convolutions");
  note_head_size(file, heads, file.count("head_dim", width / heads), width, "queries");
  const auto convolution = block("gated_short_conv", {{"conv", taps(file, "conv_L_cache", 3)}});
  const auto attention = block("attention", {{"kv_heads", kv_heads(file, heads, 8)}, {"qk_norm", "on"}});
  auto types = layer_types(file, "layer_types", {"conv", "full_attention"});
  if (types.empty()) {
    types.assign(layer_count(file), file.has("full_attn_idxs") ? "conv" : "full_attention");
    for (const auto layer : file.counts("full_attn_idxs"))
      if (layer < static_cast<std::int64_t>(types.size())) types[static_cast<std::size_t>(layer)] = "full_attention";
  }
  Layers out;
  for (const auto& type : types) out.push_back({type == "conv" ? convolution : attention, block("swiglu")});
  return out;
}

Layers rwkv5(ModelFile& file) { return Layers(layer_count(file), {block("rwkv5"), block("rwkv_channel")}); }

Layers rwkv6(ModelFile& file) {
  if (const auto keys = file.real("expand_k", 1); keys != 1)
    file.note("keys as wide as the model for expand_k " + shown("%g", keys));
  if (const auto values = file.real("expand_v", 1); values != 1)
    file.note("values as wide as the model for expand_v " + shown("%g", values));
  file.word("hidden_act", "sqrelu", {"sqrelu"});
  return hybrid_layers(file, block("rwkv6"), block("rwkv_channel"));
}

}  // namespace

std::vector<ModelType> recurrent_types() {
  return {{"lfm2", lfm2}, {"recurrent_gemma", recurrent_gemma}, {"rwkv5", rwkv5}, {"rwkv6", rwkv6}};
}

}  // namespace madsearch
