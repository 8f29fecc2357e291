// Models of state spaces and their hybrids. Keys and defaults: transformers,
// src/transformers/models/TYPE/configuration_TYPE.py of mamba, mamba2, falcon_mamba, jamba, bamba and falcon_h1;
// flash-linear-attention, fla/models/TYPE/configuration_TYPE.py of mamba, mamba2, mamba3 and samba, whose keys for the
// first two are the same.
#include <algorithm>

#include "search/architecture/model_configs/blocks.h"
#include "search/architecture/model_configs/hybrid_layers.h"
#include "search/architecture/model_configs/model_types.h"

namespace madsearch {
namespace {

/// How files call the sizes of a state space.
struct StateKeys {
  std::string state = "state_size";
  std::string conv = "conv_kernel";
  std::string expand = "expand";
  std::string biases = "use_bias";
};
const StateKeys kInHybrids = {"mamba_d_state", "mamba_d_conv", "mamba_expand", "mamba_proj_bias"};

Stage mamba_block(ModelFile& file, const StateKeys& keys = {}) {
  note_biases(file, keys.biases, "projections");
  return block("mamba", {{"state", file.count(keys.state, 16)},
                         {"expand", fitting_ratio(file, keys.expand, 2, 8)},
                         {"conv", taps(file, keys.conv, 4)}});
}

/// A Mamba-2 block; its expand fits heads of 16 channels at width 32.
Stage mamba2_block(ModelFile& file, const KnobValue& expand, const StateKeys& keys, std::int64_t state,
                   const std::string& head_size) {
  constexpr std::int64_t kState = 16;
  constexpr std::int64_t kHeadSize = 16;
  const auto wanted = file.count(keys.state, state);
  if (wanted != kState) file.note("state 16 for " + std::to_string(wanted));
  if (!head_size.empty() && file.count(head_size, 64) != kHeadSize)
    file.note("heads of 16 channels for " + std::to_string(file.count(head_size, 64)));
  note_biases(file, keys.biases, "projections");
  return block("mamba2", {{"expand", expand}, {"conv", taps(file, keys.conv, 4)}});
}

void note_groups(ModelFile& file, const std::string& key, std::int64_t otherwise) {
  if (const auto groups = file.count(key, otherwise); groups > 1)
    file.note("one group of B and C for " + std::to_string(groups));
}

Layers alone(ModelFile& file, const Stage& mixer) { return Layers(layer_count(file), {mixer}); }

Layers mamba(ModelFile& file) {
  file.word("hidden_act", "silu", {"silu", "swish"});
  return alone(file, mamba_block(file));
}

Layers falcon_mamba(ModelFile& file) {
  file.note("norms inside Mamba left out");
  return mamba(file);
}

Layers mamba2(ModelFile& file) {
  file.word("hidden_act", "silu", {"silu", "swish"});
  note_groups(file, "n_groups", 1);
  if (!file.truth("rmsnorm", true) || !file.truth("rms_norm", true)) file.note("Mamba-2 keeps its norm");
  if (file.truth("norm_before_gate", false)) file.note("Mamba-2 gates before its norm");
  return alone(file, mamba2_block(file, fitting_ratio(file, "expand", 2, 2), {}, 128, "head_dim"));
}

Layers mamba3(ModelFile& file) {
  file.needs("is_mimo", false, false, "Mamba-3 here has one input and one output a channel");
  file.needs("is_outproj_norm", false, false, "Mamba-3 here has no norm before its last projection");
  file.known({"hidden_act", "mimo_rank"});
  note_groups(file, "n_groups", 1);
  note_biases(file, "use_bias", "projections");
  if (const auto state = file.count("state_size", 128); state != 16) file.note("state 16 for " + std::to_string(state));
  if (const auto head = file.count("head_dim", 64); head != 16)
    file.note("heads of 16 channels for " + std::to_string(head));
  const auto turned = file.word("rope_fraction", "0.5", {"0.5", "1", "1.0"});
  return alone(file, block("mamba3", {{"expand", fitting_ratio(file, "expand", 2, 2)},
                                      {"turning", turned == "0.5" ? "half" : "all"}}));
}

Layers samba(ModelFile& file) { return hybrid_layers(file, mamba_block(file), gated_mlp(file)); }

/// Which of the layers are those of `offset`, and every `period` after it.
struct Every {
  std::int64_t period;
  std::int64_t offset;
  bool operator()(std::size_t layer) const { return static_cast<std::int64_t>(layer) % period == offset; }
};

Every every(ModelFile& file, const std::string& what, Every otherwise) {
  const auto period = file.count(what + "_layer_period", otherwise.period);
  const auto places = file.counts(what + "_layer_offset");
  const auto offset = places.empty() ? otherwise.offset : places.front();
  if (offset >= period)
    throw file.error(what + "_layer_offset", what + "_layer_offset " + std::to_string(offset) + " must be below " +
                                                 what + "_layer_period " + std::to_string(period));
  return {period, offset};
}

Layers jamba(ModelFile& file) {
  file.note("norms inside Mamba left out");
  const auto attends = every(file, "attn", {8, 4});
  const auto has_experts = every(file, "expert", {2, 1});
  const auto count = file.count("num_experts", 16);
  const auto mamba = mamba_block(file, kInHybrids);
  const auto attention =
      block("attention", {{"kv_heads", kv_heads(file, file.count("num_attention_heads", 32), 8)}, {"rotary", "off"}});
  const auto mlp = gated_mlp(file);
  const auto sparse = count == 1 ? mlp : experts(file, count, file.count("num_experts_per_tok", 2));
  Layers out;
  for (std::size_t i = 0; i < layer_count(file); ++i)
    out.push_back({attends(i) ? attention : mamba, has_experts(i) ? sparse : mlp});
  return out;
}

Layers bamba(ModelFile& file) {
  note_groups(file, "mamba_n_groups", 1);
  note_rotary(file, 0.5);
  note_biases(file, "attention_bias", "attention");
  const auto places = file.counts("attn_layer_indices");
  const auto mamba = mamba2_block(file, fitting_ratio(file, "mamba_expand", 2, 2), kInHybrids, 256, "");
  const auto attention = block("attention", {{"kv_heads", kv_heads(file, file.count("num_attention_heads", 32), 8)}});
  const auto mlp = gated_mlp(file);
  Layers out;
  for (std::size_t i = 0; i < layer_count(file); ++i) {
    const bool attends = std::find(places.begin(), places.end(), static_cast<std::int64_t>(i)) != places.end();
    out.push_back({attends ? attention : mamba, mlp});
  }
  return out;
}

Layers falcon_h1(ModelFile& file) {
  file.note("multipliers of its maximal-update scaling left out");
  note_groups(file, "mamba_n_groups", 1);
  note_rotary(file);
  note_biases(file, "attention_bias", "attention");
  if (!file.truth("mamba_rms_norm", false)) file.note("Mamba-2 keeps its norm");
  file.known({"mamba_expand", "mamba_norm_before_gate", "projectors_bias", "lm_head_multiplier", "embedding_multiplier",
              "mlp_multipliers", "key_multiplier", "attention_in_multiplier", "attention_out_multiplier",
              "ssm_multipliers", "ssm_in_multiplier", "ssm_out_multiplier"});
  const auto width = file.count("hidden_size", 4096);
  const auto channels = file.maybe_count("mamba_d_ssm", 1024);
  const auto expand = channels ? fitting_ratio(file, "mamba_d_ssm of the width", *channels, width, 2)
                               : fitting_ratio(file, "mamba_expand", 2, 2);
  const auto heads = file.count("num_attention_heads", 32);
  note_head_size(file, heads, file.count("head_dim", width / heads), width, "queries");
  Stage both;
  both.branches = {{block("attention", {{"kv_heads", kv_heads(file, heads, 8)}})},
                   {mamba2_block(file, expand, kInHybrids, 256, "")}};
  both.merge = Merge::kSum;
  return Layers(layer_count(file), {both, gated_mlp(file)});
}

}  // namespace

std::vector<ModelType> state_space_types() {
  return {{"bamba", bamba},   {"falcon_h1", falcon_h1}, {"falcon_mamba", falcon_mamba},
          {"jamba", jamba},   {"mamba", mamba},         {"mamba2", mamba2},
          {"mamba3", mamba3}, {"samba", samba}};
}

}  // namespace madsearch
