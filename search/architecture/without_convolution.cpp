#include "search/architecture/without_convolution.h"

#include <algorithm>
#include <array>
#include <utility>

#include "primitives/table.h"

namespace madsearch {
namespace {

struct Switch {
  const char* knob;
  const char* off;
};
constexpr std::array kSwitches = {Switch{"conv", "none"}, Switch{"input_conv", "none"}, Switch{"kv_shift", "off"}};

/// Whether the primitive's knob may have this word.
bool can_be(const std::string& primitive, const std::string& name, const KnobValue& word) {
  const auto* knob = find_primitive(primitive)->knob(name);
  return knob && std::find(knob->values.begin(), knob->values.end(), word) != knob->values.end();
}

/// One tap reads no earlier token.
bool is_on(const KnobValue& value, const KnobValue& off) {
  return value != off && !(value.is_count() && value.count() < 2);
}

/// True if something was on.
bool switch_off(Block& block) {
  bool out = false;
  for (const auto& [knob, off] : kSwitches) {
    const KnobValue word(off);
    if (!can_be(block.primitive, knob, word) || !is_on(block.settings.at(knob), word)) continue;
    block.settings.set(knob, word);
    out = true;
  }
  return out;
}

}  // namespace

std::optional<Genome> without_convolution(const Genome& genome) {
  auto out = genome;
  bool any = false;
  for (auto* block : blocks(out)) any |= switch_off(*block);
  return any ? std::optional(canonical(std::move(out))) : std::nullopt;
}

}  // namespace madsearch
