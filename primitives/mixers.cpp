#include <stdexcept>

#include "primitives/builders.h"
#include "primitives/table.h"

namespace madsearch {
namespace {

struct Row {
  const char* name;
  MixerBuilder build;
};

const std::vector<Row> table = {
    // by name; equal to primitives(), which a test holds
    {"attention", build_attention},
    {"canon", build_canon},
    {"delta_net", build_delta_net},
    {"delta_product", build_delta_product},
    {"differential_attention", build_differential_attention},
    {"forgetting_attention", build_forgetting_attention},
    {"gated_delta_net", build_gated_delta_net},
    {"gated_short_conv", build_gated_short_conv},
    {"gla", build_gla},
    {"gru", build_gru},
    {"hgrn2", build_hgrn2},
    {"hyena", build_hyena},
    {"hyena_experts", build_hyena_experts},
    {"identity", build_identity},
    {"kda", build_kda},
    {"linear_attention", build_linear_attention},
    {"long_conv", build_long_conv},
    {"lstm", build_lstm},
    {"mamba", build_mamba},
    {"mamba2", build_mamba2},
    {"mamba3", build_mamba3},
    {"mesa_net", build_mesa_net},
    {"mh_hyena", build_mh_hyena},
    {"mingru", build_mingru},
    {"minlstm", build_minlstm},
    {"mla", build_mla},
    {"mlp", build_mlp},
    {"mlstm", build_mlstm},
    {"moe", build_moe},
    {"retnet", build_retnet},
    {"rg_lru", build_rg_lru},
    {"rtf", build_rtf},
    {"rwkv5", build_rwkv5},
    {"rwkv6", build_rwkv6},
    {"rwkv7", build_rwkv7},
    {"rwkv_channel", build_rwkv_channel},
    {"s4d", build_s4d},
    {"s5", build_s5},
    {"short_conv", build_short_conv},
    {"slstm", build_slstm},
    {"swiglu", build_swiglu},
    {"ttt_linear", build_ttt_linear},
};

}  // namespace

std::unique_ptr<Mixer> build_mixer(const std::string& primitive, const Settings& settings, const Build& build,
                                   Mixer* keys_values) {
  const auto* sheet = find_primitive(primitive);
  if (!sheet) throw std::invalid_argument("no primitive \"" + primitive + "\"");
  if (auto sentence = check_knobs(*sheet, settings); !sentence.empty()) throw std::invalid_argument(sentence);
  if (auto sentence = sheet->valid(settings, {build.width, build.max_length, build.protocol}); !sentence.empty())
    throw std::invalid_argument(primitive + ": " + sentence);
  if (keys_values && !sheet->shares_keys_values)
    throw std::invalid_argument(primitive + " has no keys and values to share");
  for (const auto& row : table)
    if (primitive == row.name) return row.build(settings, build, keys_values);
  throw std::invalid_argument("no mixer for \"" + primitive + "\"");
}

std::vector<std::string> mixer_names() {
  std::vector<std::string> out;
  for (const auto& row : table) out.emplace_back(row.name);
  return out;
}

}  // namespace madsearch
