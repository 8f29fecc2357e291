#include "search/architecture/model_configs/blocks.h"

#include <algorithm>
#include <cmath>

#include "configs/text.h"
#include "primitives/table.h"

namespace madsearch {
namespace {

constexpr std::int64_t kHeads = 4;  // of hand designs
constexpr std::int64_t kMostLayers = 1000;

/// n/d to the nearest whole, at least 1.
std::int64_t nearest(std::int64_t n, std::int64_t d) {
  return std::max<std::int64_t>(1, std::llround(static_cast<double>(n) / static_cast<double>(d)));
}

}  // namespace

Stage block(const std::string& primitive, const Knobs& knobs) {
  Block out{primitive, find_primitive(primitive)->defaults(), "", false};
  if (out.settings.has("conv")) out.settings.set("conv", "none");
  for (const auto& [name, value] : knobs) out.settings.set(name, value);
  return {out, {}};
}

KnobValue on_off(bool on) { return on ? "on" : "off"; }

KnobValue taps(ModelFile& file, const std::string& key, std::int64_t otherwise, bool used) {
  constexpr std::int64_t kMostTaps = 16;
  const auto count = file.count(key, otherwise);
  if (!used || count == 1) return "none";
  if (count > kMostTaps)
    throw file.error(key, key + " " + std::to_string(count) + " is no short convolution; 16 taps are the most");
  return count;
}

KnobValue fitting_ratio(ModelFile& file, const std::string& what, std::int64_t numerator, std::int64_t denominator,
                        std::int64_t parts) {
  const KnobValue exact(numerator, denominator);
  if (parts % exact.denominator() == 0) return exact;
  const KnobValue out(nearest(parts * numerator, denominator), parts);
  file.note(what + " " + out.text() + " for " + exact.text());
  return out;
}

KnobValue fitting_ratio(ModelFile& file, const std::string& key, double otherwise, std::int64_t parts) {
  const auto exact = ratio(file, key, otherwise);
  return fitting_ratio(file, key, exact.numerator(), exact.denominator(), parts);
}

KnobValue ratio(ModelFile& file, const std::string& key, double otherwise) {
  constexpr std::int64_t kMostParts = 64;
  constexpr double kRounding = 1e-6;
  const auto value = file.real(key, otherwise);
  if (value < 1.0 / kMostParts || value > kMostParts)
    throw file.error(key, key + " must be from 1/64 to 64, not " + shown("%g", value));
  for (std::int64_t parts = 1; parts < kMostParts; ++parts) {
    const auto times = value * static_cast<double>(parts);
    if (std::abs(times - std::round(times)) < kRounding) return {std::llround(times), parts};
  }
  return {std::llround(value * kMostParts), kMostParts};
}

KnobValue kv_heads(ModelFile& file, std::int64_t heads, std::int64_t otherwise, const AttentionKeys& keys) {
  const auto of_keys = file.maybe_count(keys.kv_heads, otherwise ? otherwise : heads).value_or(heads);
  if (heads % of_keys != 0)
    throw file.error(keys.kv_heads, keys.kv_heads + " " + std::to_string(of_keys) + " does not divide " + keys.heads +
                                        " " + std::to_string(heads));
  if (of_keys == heads) return "all";
  const auto out = nearest(kHeads * of_keys, heads);
  if (out * heads != kHeads * of_keys)
    file.note("key heads " + std::to_string(out) + " of " + std::to_string(kHeads) + " for " + std::to_string(of_keys) +
              " of " + std::to_string(heads));
  return out;
}

KnobValue window(ModelFile& file, const std::string& key, std::optional<std::int64_t> tokens, std::int64_t context) {
  if (!tokens) return "none";
  if (*tokens >= context) {
    file.note("no window: " + key + " covers the context, " + std::to_string(*tokens) + " of " +
              std::to_string(context) + " tokens");
    return "none";
  }
  return {*tokens, context};
}

void note_rotary(ModelFile& file, double otherwise) {
  auto theta = file.real("rope_theta", 10'000);
  auto turned = file.real("partial_rotary_factor", otherwise);
  if (file.has("rope_parameters")) {
    auto rope = file.child("rope_parameters");
    theta = rope.real("rope_theta", theta);
    turned = rope.real("partial_rotary_factor", turned);
  }
  if (theta != 10'000) file.note("rotary base 10000 for " + shown("%.0f", theta));
  if (turned != 1) file.note("all channels of heads turned by position for " + shown("%g", turned) + " of them");
  if (file.has("rope_scaling")) file.note("rope_scaling left out");
}

void note_biases(ModelFile& file, const std::string& key, const std::string& where, bool otherwise) {
  if (file.truth(key, otherwise)) file.note("biases of " + where + " left out");
}

void note_head_size(ModelFile& file, std::int64_t heads, std::int64_t head_size, std::int64_t width,
                    const std::string& what) {
  if (heads * head_size != width)
    file.note(what + " as wide as the model for " + std::to_string(heads * head_size) + " of " + std::to_string(width));
}

Stage gated_mlp(ModelFile& file, const std::string& key, const std::string& otherwise) {
  const auto word = file.word(key, otherwise, {"silu", "swish", "gelu", "gelu_new", "gelu_pytorch_tanh"});
  note_biases(file, "mlp_bias", "the MLP");
  return block("swiglu", {{"activation", word.starts_with("gelu") ? "gelu" : "silu"}});
}

Stage experts(ModelFile& file, std::int64_t experts, std::int64_t active, bool shared) {
  if (active > experts)
    throw ConfigError(file.place() + ": of " + std::to_string(experts) + " experts " + std::to_string(active) +
                      " cannot answer");
  constexpr std::int64_t kExperts = 4;
  constexpr std::int64_t kActive = 2;
  file.word("hidden_act", "silu", {"silu", "swish"});
  auto of = std::min(experts, kExperts);
  auto answer = experts <= kExperts ? active : std::min(active, kActive);
  if (of != experts)
    file.note(std::to_string(of) + " experts of which " + std::to_string(answer) + " answer for " +
              std::to_string(experts) + " and " + std::to_string(active));
  return block("moe", {{"experts", of}, {"active", answer}, {"shared", shared ? 1 : 0}});
}

std::vector<Stage> sparse_channels(ModelFile& file, const Stage& experts) {
  const auto step = file.count("decoder_sparse_step", 1);
  const auto dense = file.counts("mlp_only_layers");
  const auto mlp = gated_mlp(file);
  const auto layers = static_cast<std::int64_t>(layer_count(file));
  std::vector<Stage> out;
  for (std::int64_t i = 0; i < layers; ++i) {
    const bool only_mlp = std::find(dense.begin(), dense.end(), i) != dense.end();
    out.push_back(only_mlp || (i + 1) % step != 0 ? mlp : experts);
  }
  return out;
}

std::size_t layer_count(ModelFile& file) {
  const auto out = file.needed_count("num_hidden_layers");
  if (out > kMostLayers)
    throw file.error("num_hidden_layers", "num_hidden_layers must be at most " + std::to_string(kMostLayers) +
                                              ", not " + std::to_string(out));
  return static_cast<std::size_t>(out);
}

std::vector<std::string> layer_types(ModelFile& file, const std::string& key, const std::vector<std::string>& allowed) {
  const auto out = file.texts(key);
  for (const auto& word : out)
    if (std::find(allowed.begin(), allowed.end(), word) == allowed.end())
      throw file.error(key, "unknown layer " + in_quotes(word) + " in " + key + expected_one_of(allowed, word));
  const auto layers = layer_count(file);
  if (!out.empty() && out.size() != layers)
    throw file.error(
        key, key + " names " + std::to_string(out.size()) + " layers of num_hidden_layers " + std::to_string(layers));
  return out;
}

}  // namespace madsearch
