#include "search/architecture/alike.h"

#include <utility>

#include "primitives/table.h"

namespace madsearch {
namespace {

constexpr std::int64_t kTaps = 4;  // as most papers have

}  // namespace

Genome with_convolutions(Genome genome) {
  for (auto* block : blocks(genome)) {
    const auto* primitive = find_primitive(block->primitive);
    if (primitive->kind != Kind::kSequence || !block->settings.has("conv")) continue;
    if (block->settings.at("conv").is_word()) block->settings.set("conv", kTaps);
  }
  return canonical(std::move(genome));
}

Genome with_qk_norm(Genome genome) {
  for (auto* block : blocks(genome))
    if (block->settings.has("qk_norm")) block->settings.set("qk_norm", "on");
  return canonical(std::move(genome));
}

}  // namespace madsearch
