#include "tests/primitives/golden_map.h"

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "primitives/primitive.h"

namespace madsearch {
namespace {

using nlohmann::json;

/// Settings that the reference has and we don't: they must have the one value that we mean.
void only(const json& config, const std::string& key, const json& meant) {
  if (config.contains(key) && config.at(key) != meant)
    throw std::invalid_argument("no counterpart of " + key + "=" + config.at(key).dump() + ", only of " + meant.dump());
}

GoldenLayer attention(const json& config) {
  const auto heads = config.at("n_heads").get<std::int64_t>();
  const auto width = config.at("dim").get<std::int64_t>();
  only(config, "causal", true);
  only(config, "dropout", 0);
  const auto rotary = config.value("rotary_emb_dim", std::int64_t{0});
  if (rotary != 0 && rotary != width / heads)
    throw std::invalid_argument("no counterpart of a rotation of a part of each head");
  const auto before = config.contains("window_size") ? config.at("window_size").at(0).get<std::int64_t>() : -1;
  return {
      .primitive = "attention",
      .settings = {{"heads", heads},
                   {"kv_heads", "all"},
                   {"window", before < 0 ? KnobValue("none")
                                         : KnobValue(before + 1)},  // the reference does not count the current token
                   {"sinks", 0},
                   {"rotary", rotary ? "on" : "off"},
                   {"qk_norm", "off"},
                   {"gate", "off"},
                   {"conv", "none"}}};
}

GoldenLayer linear_attention(const json& config) {
  only(config, "expand_k", 1);
  only(config, "expand_v", 1);
  only(config, "tie_feature_map_qk", false);
  only(config, "norm_q", false);
  only(config, "norm_k", false);
  const auto map = config.value("feature_map", std::string("elementwise_product"));
  GoldenLayer out{.primitive = "linear_attention",
                  .settings = {{"heads", config.at("num_heads").get<std::int64_t>()},
                               {"feature_map", map},
                               {"feature_size", "none"},
                               {"conv", "none"}}};
  if (map == "elementwise_product" || map == "identity") {  // the quotient has poles
    out.output_tolerance = 1e-4;
    out.gradient_tolerance = 3e-4;
  }
  return out;
}

/// A whole number or a fraction with a small power of two below it.
KnobValue ratio(const json& value) { return {static_cast<std::int64_t>(value.get<double>() * 64), 64}; }

GoldenLayer gla(const json& config) {
  only(config, "gate_fn", "swish");
  only(config, "gate_logit_normalizer", 16);
  only(config, "layernorm_eps", 1e-5);
  return {.primitive = "gla",
          .settings = {{"heads", config.at("num_heads").get<std::int64_t>()},
                       {"gate_rank", config.value("gate_low_rank_dim", std::int64_t{16})},
                       {"conv", "none"},
                       {"expand_k", ratio(config.value("expand_k", json(1)))},
                       {"expand_v", ratio(config.value("expand_v", json(1)))}}};
}

/// What hyena, mh-hyena and hyena-experts share.
Settings convolution(const json& config, std::int64_t default_filter_order) {
  only(config, "order", 2);
  only(config, "num_blocks", 1);
  only(config, "outer_mixing", false);
  only(config, "dropout", 0);
  only(config, "post_order_ffn", false);
  only(config, "activation", "id");
  const auto filter = config.value("/long_conv_cfg/filter_cfg/order"_json_pointer, default_filter_order);
  return {{"filter_order", filter},
          {"proj_groups", config.value("proj_groups", std::int64_t{4})},
          {"conv", config.value("short_filter_order", std::int64_t{3})}};
}

GoldenLayer hyena(const json& config) {
  only(config, "num_heads", 1);
  GoldenLayer out{.primitive = "hyena", .settings = convolution(config, 4)};
  out.settings.set("inner", config.value("inner_factor", std::int64_t{4}));
  return out;
}

GoldenLayer mh_hyena(const json& config) {
  only(config, "inner_factor", 1);
  GoldenLayer out{.primitive = "mh_hyena", .settings = convolution(config, 2)};
  out.settings.set("head_size",
                   config.at("num_heads").get<std::int64_t>());  // what the reference calls heads is the size of one
  return out;
}

GoldenLayer hyena_experts(const json& config) {
  const auto experts = config.at("num_experts").get<std::int64_t>();
  only(config, "num_heads", 1);
  only(config, "inner_factor", 1);
  only(config, "dim_inner", config.at("dim").get<std::int64_t>() / experts);
  const auto shared = convolution(config, 16);
  return {.primitive = "hyena_experts",
          .settings = {{"experts", experts},
                       {"active", config.at("active_experts").get<std::int64_t>()},
                       {"filter_order", shared.at("filter_order")},
                       {"conv", shared.at("conv")}}};
}

GoldenLayer mamba(const json& config) {
  only(config, "dt_rank", "auto");
  only(config, "conv_bias", true);
  only(config, "bias", false);
  return {.primitive = "mamba",
          .settings = {{"state", config.at("d_state").get<std::int64_t>()},
                       {"expand", config.at("expand").get<std::int64_t>()},
                       {"conv", config.at("d_conv").get<std::int64_t>()}}};
}

/// `inner` channels, 0 for the reference's own choice, as our ratio to the width.
std::int64_t inner_channels(const json& config) {
  return config.contains("dim_inner") && !config.at("dim_inner").is_null() ? config.at("dim_inner").get<std::int64_t>()
                                                                           : 0;
}

GoldenLayer mlp(const json& config) {
  only(config, "bias", false);
  const auto width = config.at("dim").get<std::int64_t>();
  const auto inner = inner_channels(config);
  return {
      .primitive = "mlp",
      .settings = {{"inner", inner_ratio(inner ? inner : 4 * width, width)}, {"activation", "gelu"}, {"conv", "none"}}};
}

GoldenLayer swiglu(const json& config) {
  only(config, "bias", false);
  const auto width = config.at("dim").get<std::int64_t>();
  const auto inner = 8 * width / 3;  // the reference ignores dim_inner
  return {.primitive = "swiglu", .settings = {{"inner", inner_ratio((inner + 15) / 16 * 16, width)}, {"conv", "none"}}};
}

GoldenLayer moe(const json& config) {
  only(config, "bias", false);
  return {.primitive = "moe",
          .settings = {{"experts", config.at("num_experts").get<std::int64_t>()},
                       {"active", config.at("active_experts").get<std::int64_t>()},
                       {"shared", 0},
                       {"inner",
                        inner_ratio(config.at("dim_inner").get<std::int64_t>(), config.at("dim").get<std::int64_t>())}},
          .unused = {"gates"}};
}

/// RWKV-6's channel mixer.
GoldenLayer rwkv_channel(const json& config) {
  return {.primitive = "rwkv_channel",
          .settings = {
              {"inner", inner_ratio(config.at("dim_inner").get<std::int64_t>(), config.at("dim").get<std::int64_t>())},
              {"gate", "on"},
              {"conv", "none"}}};
}

/// RWKV-5's writes the share of the current token where RWKV-6's writes that of the token before.
GoldenLayer rwkv5_channel(const json& config) {
  auto out = rwkv_channel(config);
  out.complements = {{"time_maa_k", "time_mix_k"}, {"time_maa_r", "time_mix_r"}};
  return out;
}

GoldenLayer rwkv5_time(const json& config) {
  only(config, "dim_att", config.at("dim"));
  only(config, "head_dim_divisor", 8);
  GoldenLayer out{
      .primitive = "rwkv5",
      .settings = {{"heads", config.at("dim").get<std::int64_t>() / config.at("head_dim").get<std::int64_t>()},
                   {"conv", "none"}}};
  for (const std::string input : {"k", "v", "r", "g"}) out.complements["time_maa_" + input] = "time_mix_" + input;
  return out;
}

GoldenLayer rwkv6_time(const json& config) {
  auto out = rwkv5_time(config);
  out.primitive = "rwkv6";
  out.settings.set("mix_rank", 32);  // the reference has no setting for these
  out.settings.set("decay_rank", 64);
  out.complements.clear();
  return out;
}

GoldenLayer norm(const std::string& name, const json& config) {
  return {.primitive = name, .eps = config.value("eps", 1e-5)};
}

const std::map<std::string, std::function<GoldenLayer(const json&)>> layers = {
    {"attention", attention},
    {"gated-linear-attention", gla},
    {"hyena", hyena},
    {"hyena-experts", hyena_experts},
    {"layernorm", [](const json& config) { return norm("layernorm", config); }},
    {"linear-attention", linear_attention},
    {"mamba", mamba},
    {"mh-attention", attention},
    {"mh-gated-linear-attention", gla},
    {"mh-hyena", mh_hyena},
    {"mh-linear-attention", linear_attention},
    {"mh-sliding-attention", attention},
    {"mlp", mlp},
    {"moe-mlp", moe},
    {"rmsnorm", [](const json& config) { return norm("rmsnorm", config); }},
    {"rwkv5-channel-mixer", rwkv5_channel},
    {"rwkv5-time-mixer", rwkv5_time},
    {"rwkv6-channel-mixer", rwkv_channel},
    {"rwkv6-time-mixer", rwkv6_time},
    {"sliding-attention", attention},
    {"swiglu", swiglu},
};

const std::set<std::string> elsewhere = {"ae", "lm", "metrics", "task", "tasks"};

/// "mh-linear-attention.elu" is a mh-linear-attention, and so are all files of that beginning.
std::string family(const std::string& stem) { return stem.substr(0, stem.find('.')); }

}  // namespace

GoldenFile golden_file(const std::string& stem) {
  if (layers.contains(family(stem))) return GoldenFile::kLayer;
  return elsewhere.contains(family(stem)) ? GoldenFile::kElsewhere : GoldenFile::kUnknown;
}

GoldenLayer golden_layer(const std::string& stem, const json& config) { return layers.at(family(stem))(config); }

}  // namespace madsearch
