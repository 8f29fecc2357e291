#include <stdexcept>

#include "primitives/mixer.h"
#include "primitives/shared_knobs.h"
#include "primitives/table.h"

// One line a primitive, by name. build_NAME is defined in its NAME_mixer.cpp. A test compares the names with
// primitives().
// clang-format off
#define MADSEARCH_MIXERS(ROW) \
  ROW(attention)                  \
  ROW(canon)                      \
  ROW(comba)                      \
  ROW(delta_net)                  \
  ROW(delta_product)              \
  ROW(differential_attention)     \
  ROW(forgetting_attention)       \
  ROW(gated_delta_net)            \
  ROW(gated_delta_net2)           \
  ROW(gated_short_conv)           \
  ROW(gated_slot_attention)       \
  ROW(gla)                        \
  ROW(gru)                        \
  ROW(hgrn2)                      \
  ROW(hyena)                      \
  ROW(hyena_experts)              \
  ROW(identity)                   \
  ROW(kda)                        \
  ROW(linear_attention)           \
  ROW(long_conv)                  \
  ROW(lstm)                       \
  ROW(mamba)                      \
  ROW(mamba2)                     \
  ROW(mamba3)                     \
  ROW(mesa_net)                   \
  ROW(mh_hyena)                   \
  ROW(mingru)                     \
  ROW(minlstm)                    \
  ROW(mla)                        \
  ROW(mlp)                        \
  ROW(mlstm)                      \
  ROW(moe)                        \
  ROW(retnet)                     \
  ROW(rg_lru)                     \
  ROW(rtf)                        \
  ROW(rwkv5)                      \
  ROW(rwkv6)                      \
  ROW(rwkv7)                      \
  ROW(rwkv_channel)               \
  ROW(s4d)                        \
  ROW(s5)                         \
  ROW(short_conv)                 \
  ROW(slstm)                      \
  ROW(swiglu)                     \
  ROW(ttt_linear)
// clang-format on

namespace madsearch {

#define DECLARE(NAME) MixerBuilder build_##NAME;
MADSEARCH_MIXERS(DECLARE)
#undef DECLARE

namespace {

struct Row {
  const char* name;
  MixerBuilder* build;
};

#define LIST(NAME) {#NAME, build_##NAME},
const std::vector<Row> table = {MADSEARCH_MIXERS(LIST)};
#undef LIST

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
  for (const auto& row : table) {
    if (primitive != row.name) continue;
    auto mixer = row.build(settings, build, keys_values ? keys_values->inner() : nullptr);
    const auto taps = input_taps(settings);
    return taps == 0 ? std::move(mixer) : behind_input_conv(std::move(mixer), taps, build);
  }
  throw std::invalid_argument("no mixer for \"" + primitive + "\": primitives/mixers.cpp needs a row for it");
}

std::vector<std::string> mixer_names() {
  std::vector<std::string> out;
  for (const auto& row : table) out.emplace_back(row.name);
  return out;
}

}  // namespace madsearch
