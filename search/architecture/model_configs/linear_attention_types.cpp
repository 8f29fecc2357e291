// Models of linear attention. Keys and defaults: flash-linear-attention, fla/models/TYPE/configuration_TYPE.py of gla,
// gsa, hgrn2, linear_attn and retnet, with fla/layers/ for what they mean; transformers,
// src/transformers/models/xlstm/configuration_xlstm.py.
#include "configs/text.h"
#include "search/architecture/model_configs/blocks.h"
#include "search/architecture/model_configs/hybrid_layers.h"
#include "search/architecture/model_configs/model_types.h"

namespace madsearch {
namespace {

constexpr std::int64_t kEighths = 8;  // of the width, 4 channels at width 32: one a head

/// "conv" of models that may have one.
KnobValue optional_conv(ModelFile& file) { return taps(file, "conv_size", 4, file.truth("use_short_conv", false)); }

/// Refuses keys that several heads share.
void check_key_heads(ModelFile& file, std::int64_t otherwise) {
  const auto heads = file.count("num_heads", otherwise);
  if (file.count("num_kv_heads", heads) != heads)
    throw file.error("num_kv_heads", "num_kv_heads must be num_heads: linear attention here has keys in every head");
}

void note_as_wide(ModelFile& file, const std::string& key, const std::string& what) {
  if (const auto ratio = file.real(key, 1); ratio != 1)
    file.note(what + " as wide as the model for " + key + " " + shown("%g", ratio));
}

Layers gla(ModelFile& file) {
  check_key_heads(file, 4);
  file.needs_none("feature_map", "GLA here has none");
  file.needs("use_output_gate", true, true, "GLA here has its output gate");
  file.needs("use_gk", true, true, "GLA here decays by key channel");
  file.needs("use_gv", false, false, "GLA here decays by key channel alone");
  if (file.has("clamp_min")) file.note("clamp_min left out");
  const Knobs knobs = {{"conv", optional_conv(file)},
                       {"expand_k", fitting_ratio(file, "expand_k", 0.5, kEighths)},
                       {"expand_v", fitting_ratio(file, "expand_v", 1, kEighths)}};
  return hybrid_layers(file, block("gla", knobs), gated_mlp(file));
}

Layers retnet(ModelFile& file) {
  check_key_heads(file, 8);
  file.needs_none("feature_map", "retention here has none");
  file.needs("use_output_gate", true, true, "retention here has its output gate");
  note_as_wide(file, "expand_k", "keys");
  const Knobs knobs = {{"conv", optional_conv(file)}, {"expand", fitting_ratio(file, "expand_v", 2, kEighths)}};
  return hybrid_layers(file, block("retnet", knobs), gated_mlp(file));
}

Layers linear_attn(ModelFile& file) {
  check_key_heads(file, 4);
  file.needs("norm_q", false, false, "queries here are not divided by their sum");
  file.needs("norm_k", false, false, "keys here are not divided by their sum");
  if (file.truth("tie_feature_map_qk", false)) file.note("a feature map each for queries and keys");
  file.note("the norm behind the heads left out");
  note_as_wide(file, "expand_k", "keys");
  note_as_wide(file, "expand_v", "values");
  const auto map = file.word("feature_map", "elementwise_product",
                             {"dpfp", "elementwise_product", "elu", "hedgehog", "identity", "relu", "t2r"});
  const bool divides = file.truth("norm_feature_map", false);
  const bool may_be_negative = map == "identity" || map == "elementwise_product";
  if (divides == may_be_negative)
    file.note(divides ? "the quotient left out, as this map may be negative" : "read-outs divided by their weights");
  return hybrid_layers(file, block("linear_attention", {{"feature_map", map}}), gated_mlp(file));
}

Layers gsa(ModelFile& file) {
  check_key_heads(file, 4);
  file.word("feature_map", "swish", {"swish"});
  file.needs("use_norm", true, true, "gated slot attention here has its norm");
  file.needs("use_output_gate", false, false, "gated slot attention here has no output gate");
  if (const auto by = file.count("gate_logit_normalizer", 8); by != 8)
    file.note("gates to the power of 1/8 for 1/" + std::to_string(by));
  for (const auto* key : {"exapnd_k", "exapnd_v", "expand_k", "expand_v"})  // as its authors spell it
    note_as_wide(file, key, "keys or values");
  if (const auto slots = file.count("num_slots", 64); slots != 16) file.note("slots 16 for " + std::to_string(slots));
  return hybrid_layers(file, block("gated_slot_attention", {{"conv", optional_conv(file)}}), gated_mlp(file));
}

Layers hgrn2(ModelFile& file) {
  if (file.truth("use_lower_bound", true)) file.note("lower bound 0 for one a layer, learned");
  const auto heads = file.count("num_heads", 16);
  const auto states = file.maybe_count("expand_ratio", 128).value_or(file.count("hidden_size", 2048) / heads);
  if (states != 16) file.note("state 16 for " + std::to_string(states));
  return hybrid_layers(file, block("hgrn2", {{"conv", optional_conv(file)}}), gated_mlp(file));
}

Layers xlstm(ModelFile& file) {
  const Knobs knobs = {{"expand_k", fitting_ratio(file, "qk_dim_factor", 0.5, kEighths)}};
  note_as_wide(file, "v_dim_factor", "values");
  note_biases(file, "use_bias", "projections");
  file.known({"add_out_norm", "autocast_kernel_dtype", "chunkwise_kernel", "embedding_dim", "eps", "ffn_proj_factor",
              "ffn_round_up_to_multiple_of", "gate_soft_cap", "inference_state_dtype", "max_inference_chunksize",
              "mode", "norm_reduction_force_float32", "num_blocks", "output_logit_soft_cap", "return_last_states",
              "sequence_kernel", "step_kernel", "weight_mode"});
  return Layers(layer_count(file), {block("mlstm", knobs), block("swiglu")});
}

}  // namespace

std::vector<ModelType> linear_attention_types() {
  return {{"gla", gla},       {"gsa", gsa},    {"hgrn2", hgrn2}, {"linear_attn", linear_attn},
          {"retnet", retnet}, {"xlstm", xlstm}};
}

}  // namespace madsearch
