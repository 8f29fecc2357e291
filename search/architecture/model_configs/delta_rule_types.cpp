// Models of the delta rule and of test-time training. Keys and defaults: flash-linear-attention,
// fla/models/TYPE/configuration_TYPE.py of delta_net, gated_deltanet, gated_deltaproduct, kda, comba, mesa_net and
// rwkv7; transformers, src/transformers/models/TYPE/configuration_TYPE.py of qwen3_next and kimi_linear.
#include <algorithm>

#include "search/architecture/model_configs/blocks.h"
#include "search/architecture/model_configs/hybrid_layers.h"
#include "search/architecture/model_configs/model_types.h"

namespace madsearch {
namespace {

constexpr std::int64_t kEighths = 8;  // of the width, 4 channels at width 32: one a head

KnobValue conv(ModelFile& file) { return taps(file, "conv_size", 4, file.truth("use_short_conv", true)); }
KnobValue negative_eigenvalues(ModelFile& file, bool otherwise = false) {
  return on_off(file.truth("allow_neg_eigval", otherwise));
}

/// Channels of keys and values as ratios to the width, of layers that have heads of a size of their own.
struct Channels {
  KnobValue keys;
  KnobValue values;
};

Channels channels(ModelFile& file, std::int64_t heads, std::int64_t head_size, double expand_v) {
  const auto width = file.count("hidden_size", 2048);
  const auto of_heads = file.count("num_heads", heads);
  const auto size = file.count("head_dim", head_size);
  const auto of_values = file.count("num_v_heads", of_heads);
  if (of_values != of_heads)
    file.note("as many heads of values as of keys for " + std::to_string(of_values) + " and " +
              std::to_string(of_heads));
  const auto expand = ratio(file, "expand_v", expand_v);
  const auto keys = fitting_ratio(file, "keys of the width", of_heads * size, width, kEighths);
  const auto values = fitting_ratio(file, "values of the width", of_values * size * expand.numerator(),
                                    width * expand.denominator(), kEighths);
  return {keys, values};
}

/// Notes them where blocks have none but the width.
void note_channels(ModelFile& file, std::int64_t heads, std::int64_t head_size, double expand_v) {
  const auto of = channels(file, heads, head_size, expand_v);
  if (of.keys != KnobValue(1)) file.note("keys as wide as the model for " + of.keys.text() + " of it");
  if (of.values != KnobValue(1)) file.note("values as wide as the model for " + of.values.text() + " of it");
}

Layers delta_net(ModelFile& file) {
  file.word("qk_norm", "l2", {"l2"});
  file.word("qk_activation", "silu", {"silu"});
  file.needs("use_beta", true, true, "DeltaNet here learns how much it writes");
  file.needs("use_output_norm", true, true, "DeltaNet here has its norm");
  for (const std::string key : {"expand_k", "expand_v"})
    if (const auto of = ratio(file, key, 1); of != KnobValue(1)) file.note(key + " 1 for " + of.text());
  const Knobs knobs = {{"conv", conv(file)},
                       {"gate", on_off(file.truth("use_gate", false))},
                       {"negative_eigenvalues", negative_eigenvalues(file)}};
  return hybrid_layers(file, block("delta_net", knobs), gated_mlp(file));
}

Layers gated_deltanet(ModelFile& file) {
  const auto of = channels(file, 6, 256, 2);
  const Knobs knobs = {{"conv", conv(file)},
                       {"expand_k", of.keys},
                       {"expand_v", of.values},
                       {"gate", on_off(file.truth("use_gate", true))},
                       {"negative_eigenvalues", negative_eigenvalues(file)}};
  return hybrid_layers(file, block("gated_delta_net", knobs), gated_mlp(file));
}

Layers gated_deltaproduct(ModelFile& file) {
  note_channels(file, 6, 256, 2);
  const Knobs knobs = {{"conv", conv(file)},
                       {"householder", file.count("num_householder", 1)},
                       {"gate", on_off(file.truth("use_output_gate", true))},
                       {"forget_gate", on_off(file.truth("use_forget_gate", false))},
                       {"negative_eigenvalues", negative_eigenvalues(file)}};
  return hybrid_layers(file, block("delta_product", knobs), gated_mlp(file));
}

Layers kda(ModelFile& file) {
  note_channels(file, 16, 128, 1);
  if (file.truth("safe_gate", false)) file.note("the decay's lower bound left out");
  file.known({"lower_bound"});
  const Knobs knobs = {{"conv", conv(file)}, {"negative_eigenvalues", negative_eigenvalues(file)}};
  return hybrid_layers(file, block("kda", knobs), gated_mlp(file));
}

Layers comba(ModelFile& file) {
  const auto of = channels(file, 6, 256, 2);
  file.needs("use_inner_decay", true, true, "Comba here erases by a strength of its own");
  const bool corrects = file.truth("use_output_correction", true);
  const auto first = ratio(file, "correction_factor", 1);
  const Knobs knobs = {{"conv", conv(file)},
                       {"expand_k", of.keys},
                       {"expand_v", of.values},
                       {"gate", on_off(file.truth("use_output_gate", true))},
                       {"correction", corrects ? first : "none"}};
  return hybrid_layers(file, block("comba", knobs), gated_mlp(file));
}

Layers mesa_net(ModelFile& file) {
  note_channels(file, 16, 128, 1);
  const Knobs knobs = {{"conv", conv(file)}, {"gate", on_off(file.truth("use_output_gate", false))}};
  file.known({"lambda_lower_bound", "max_cg_step_training", "max_cg_step_decoding"});  // how it is computed
  return hybrid_layers(file, block("mesa_net", knobs), gated_mlp(file));
}

Layers rwkv7(ModelFile& file) {
  file.word("hidden_act", "sqrelu", {"sqrelu"});
  file.needs_none("value_dim", "RWKV-7 here has values as wide as the model");
  file.note("values of later layers not mixed with the first one's");
  return hybrid_layers(file, block("rwkv7"), block("rwkv_channel", {{"gate", "off"}}));
}

/// Gated DeltaNet and gated attention with experts.
Layers qwen3_next(ModelFile& file) {
  const auto width = file.count("hidden_size", 2048);
  const auto of_keys = file.count("linear_num_key_heads", 16);
  const auto of_values = file.count("linear_num_value_heads", 32);
  if (of_values != of_keys)
    file.note("as many heads of values as of keys for " + std::to_string(of_values) + " and " +
              std::to_string(of_keys));
  const auto keys = of_keys * file.count("linear_key_head_dim", 128);
  const auto values = of_values * file.count("linear_value_head_dim", 128);
  const auto linear =
      block("gated_delta_net", {{"conv", taps(file, "linear_conv_kernel_dim", 4)},
                                {"expand_k", fitting_ratio(file, "keys of the width", keys, width, kEighths)},
                                {"expand_v", fitting_ratio(file, "values of the width", values, width, kEighths)}});
  const auto heads = file.count("num_attention_heads", 16);
  note_head_size(file, heads, file.count("head_dim", 256), width, "queries");
  note_rotary(file, 0.25);
  const auto full = block("attention", {{"kv_heads", kv_heads(file, heads, 2)}, {"qk_norm", "on"}, {"gate", "on"}});
  note_biases(file, "attention_bias", "attention");
  file.known({"shared_expert_intermediate_size"});
  const auto channels =
      sparse_channels(file, experts(file, file.count("num_experts", 512), file.count("num_experts_per_tok", 10), true));
  const auto named = layer_types(file, "layer_types", {"full_attention", "linear_attention"});
  const auto every = static_cast<std::size_t>(file.count("full_attention_interval", 4));
  Layers out;
  for (std::size_t i = 0; i < layer_count(file); ++i) {
    const bool attends = named.empty() ? (i + 1) % every == 0 : named[i] == "full_attention";
    out.push_back({attends ? full : linear, channels[i]});
  }
  return out;
}

/// Which layers of Kimi Linear have latent attention. The released files list them, from 1 on.
std::vector<bool> latent_layers(ModelFile& file, ModelFile& linear) {
  const auto named = layer_types(file, "layer_types", {"full_attention", "linear_attention"});
  const auto places = linear.counts("full_attn_layers");
  linear.counts("kda_layers");
  std::vector<bool> out;
  for (std::size_t i = 0; i < layer_count(file); ++i) {
    const bool listed = std::find(places.begin(), places.end(), static_cast<std::int64_t>(i + 1)) != places.end();
    const bool fourth = places.empty() && i > 0 && i % 4 == 0;
    out.push_back(named.empty() ? listed || fourth : named[i] == "full_attention");
  }
  return out;
}

Layers kimi_linear(ModelFile& file) {
  const auto width = file.count("hidden_size", 2304);
  auto linear = file.child("linear_attn_config");
  note_head_size(file, linear.count("num_heads", file.count("linear_num_heads", 32)),
                 linear.count("head_dim", file.count("linear_head_dim", 128)), width, "keys and values");
  const auto delta =
      block("kda", {{"conv", linear.count("short_conv_kernel_size", file.count("linear_conv_kernel_dim", 4))}});
  const auto latent =
      block("mla", {{"rope", "none"},
                    {"kv_rank", fitting_ratio(file, "kv_rank", file.count("kv_lora_rank", 512), width, kEighths)}});
  file.needs_none("q_lora_rank", "Kimi Linear projects queries from the stream");
  file.needs("mla_use_nope", true, true, "latent attention of Kimi Linear has no positions");
  note_biases(file, "attention_bias", "attention");
  file.known({"num_key_value_heads", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim", "n_group",
              "num_expert_group", "topk_group", "first_k_dense_replace", "mlp_layer_types", "moe_layer_freq",
              "moe_renormalize", "moe_router_activation_func", "use_grouped_topk", "rope_theta", "rope_scaling"});
  const auto of = file.count("num_experts", file.count("num_local_experts", 256));
  const auto answer = file.count("num_experts_per_token", file.count("num_experts_per_tok", 8));
  const bool shared = file.count("num_shared_experts", file.count("n_shared_experts", 1)) > 0;
  file.note("the first layers have experts too");
  const auto channel = experts(file, of, answer, shared);
  Layers out;
  for (const bool attends : latent_layers(file, linear)) out.push_back({attends ? latent : delta, channel});
  return out;
}

}  // namespace

std::vector<ModelType> delta_rule_types() {
  return {{"comba", comba},
          {"delta_net", delta_net},
          {"gated_deltanet", gated_deltanet},
          {"gated_deltaproduct", gated_deltaproduct},
          {"kda", kda},
          {"kimi_linear", kimi_linear},
          {"mesa_net", mesa_net},
          {"qwen3_next", qwen3_next},
          {"rwkv7", rwkv7}};
}

}  // namespace madsearch
