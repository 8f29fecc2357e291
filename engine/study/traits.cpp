#include "engine/study/traits.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "primitives/table.h"
#include "search/architecture/cost.h"
#include "search/architecture/sizes.h"

namespace madsearch {
namespace {

/// Primitives that shift tokens, whatever their knobs.
constexpr std::array<std::string_view, 4> kShift = {"rwkv5", "rwkv6", "rwkv7", "rwkv_channel"};

/// Of a knob of taps, the current token included.
bool reaches_back(const Settings& set, const std::string& knob) {
  return set.has(knob) && !set.at(knob).is_word() && set.count(knob) > 1;
}

bool has_convolution(const Block& block) {
  return reaches_back(block.settings, "conv") || reaches_back(block.settings, "input_conv") ||
         std::find(kShift.begin(), kShift.end(), block.primitive) != kShift.end();
}

bool has_window(const Block& block) { return block.settings.has("window") && !block.settings.at("window").is_word(); }

bool alike_in_convolution(const Traits& a, const Traits& b) { return a.convolution == b.convolution; }

bool of_like_state(const Traits& a, const Traits& b) { return a.state <= 2 * b.state && b.state <= 2 * a.state; }

bool both_pure(const Traits& a, const Traits& b) { return a.pure() && b.pure(); }

bool is_parent(const Traits& of, const Traits& parent) {
  return of.mixers.size() > 1 && parent.pure() && of.mixers.count(*parent.mixers.begin());
}
bool hybrid_and_parent(const Traits& a, const Traits& b) { return is_parent(a, b) || is_parent(b, a); }

}  // namespace

Traits makeup(const Genome& genome) {
  Traits out;
  const auto all = blocks(genome);
  for (const auto* block : all) {
    ++out.shares[block->primitive];
    if (find_primitive(block->primitive)->kind == Kind::kSequence && block->primitive != "identity")
      out.mixers.insert(block->primitive);
    out.convolution = out.convolution || has_convolution(*block);
    out.window = out.window || has_window(*block);
  }
  for (auto& [primitive, share] : out.shares) share /= static_cast<double>(all.size());
  return out;
}

std::vector<double> table_row(const Traits& design, const std::set<std::string>& primitives) {
  std::vector<double> out;
  for (const auto& primitive : primitives) {
    const auto share = design.shares.find(primitive);
    out.push_back(share == design.shares.end() ? 0 : share->second);
  }
  out.push_back(design.window ? 1 : 0);
  out.push_back(design.convolution ? 1 : 0);
  return out;
}

Traits traits(const Genome& genome, Shape shape) {
  const auto sized = solve_sizes(genome, shape).genome;
  const auto costs = cost(sized, shape);
  auto out = makeup(sized);
  out.state = static_cast<double>(std::int64_t{costs.state});
  out.parameters = static_cast<double>(std::int64_t{costs.parameters});
  return out;
}

const std::vector<Stratum>& strata() {
  static const std::vector<Stratum> table = {{"alike in convolution", alike_in_convolution},
                                             {"state within a factor of 2", of_like_state},
                                             {"pure against pure", both_pure},
                                             {"hybrid against a parent", hybrid_and_parent}};
  return table;
}

}  // namespace madsearch
