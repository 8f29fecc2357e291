#include "search/architecture/templates/places.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "primitives/table.h"

namespace madsearch {
namespace {

constexpr int kMostSteps = 200'000;  // of looking for the order of branches that fits

/// The primitives that a pattern names, in the order of the search's.
std::vector<std::string> named_by(const Pattern& pattern, const std::vector<std::string>& primitives) {
  if (!pattern.hole) return pattern.names;
  std::vector<std::string> out;
  const auto names = [&](const std::string& word) {
    return std::find(pattern.names.begin(), pattern.names.end(), word) != pattern.names.end();
  };
  for (const auto& primitive : primitives) {
    const auto* kind = find_primitive(primitive)->kind == Kind::kSequence ? kSequenceMixers : kChannelMixers;
    if (pattern.names.empty() || names(kind) || names(primitive)) out.push_back(primitive);
  }
  for (const auto& name : pattern.names)
    if (find_primitive(name) && std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  return out;
}

bool is_cache_knob(const std::string& knob) {
  return std::find(kCacheKnobs.begin(), kCacheKnobs.end(), knob) != kCacheKnobs.end();
}

/// Nothing if the primitive lacks a knob of the pattern. `takes_cache`: its cache's knobs are those of another block.
std::optional<Choice> choice(const std::string& name, const Pattern& pattern, bool takes_cache,
                             const Alphabet& alphabet) {
  Choice out{.primitive = name};
  for (const auto& [knob, values] : pattern.knobs) {
    if (!find_primitive(name)->knob(knob)) return std::nullopt;
    if (takes_cache && is_cache_knob(knob)) continue;
    if (!values.empty()) out.fixed[knob] = values;
    out.drawn[knob] = values.empty() ? alphabet.values(name, knob) : values;
  }
  return out;
}

/// Finds which block of a genome stands at which place of a template.
class Fitting {
 public:
  Fitting(const Template& design, const std::vector<TemplatePlace>& places)
      : design_(design), places_(places), blocks_(places.size()) {
    for (const auto* block : blocks(design.layout)) labelled_ |= !block->label.empty();
  }

  std::optional<std::vector<Block>> of(const Genome& genome) {
    if (!stripe(design_.layout.stages, genome.stages, 0, 0, [] { return true; })) return std::nullopt;
    return blocks_;
  }

 private:
  using Then = std::function<bool()>;

  /// Whether stages `at` and on fit, the first of which is at `place`, and then what follows.
  bool stripe(const Stripe& wanted, const Stripe& given, std::size_t at, std::size_t place, const Then& then) {
    if (wanted.size() != given.size() || ++steps_ > kMostSteps) return false;
    if (at == wanted.size()) return then();
    const auto next = place + static_cast<std::size_t>(block_count(wanted[at]));
    return stage(wanted[at], given[at], place, [&] { return stripe(wanted, given, at + 1, next, then); });
  }

  bool stage(const Stage& wanted, const Stage& given, std::size_t place, const Then& then) {
    if (wanted.parallel() != given.parallel()) return false;
    if (!wanted.parallel()) return block(wanted.block, given.block, place, then);
    if (wanted.merge != given.merge || wanted.branches.size() != given.branches.size()) return false;
    std::vector<bool> taken(given.branches.size());
    if (labelled_) return branches(wanted, given, 0, place, taken, then);
    // Without labels no order of these branches bears on what follows.
    return branches(wanted, given, 0, place, taken, [] { return true; }) && then();
  }

  bool branches(const Stage& wanted, const Stage& given, std::size_t at, std::size_t place, std::vector<bool>& taken,
                const Then& then) {
    if (at == wanted.branches.size()) return then();
    const auto next = place + static_cast<std::size_t>(block_count(wanted.branches[at]));
    for (std::size_t i = 0; i < given.branches.size(); ++i) {
      if (taken[i]) continue;
      taken[i] = true;
      if (stripe(wanted.branches[at], given.branches[i], 0, place,
                 [&] { return branches(wanted, given, at + 1, next, taken, then); }))
        return true;
      taken[i] = false;
    }
    return false;
  }

  bool block(const Block& wanted, const Block& given, std::size_t place, const Then& then) {
    if (wanted.label.empty() != given.label.empty() || wanted.keys_values_only != given.keys_values_only) return false;
    if (!places_[place].accepts(given)) return false;
    const auto label = labels_.find(wanted.label);
    const bool bound = label != labels_.end();
    if (bound && label->second != given.label) return false;
    if (!bound && !wanted.label.empty()) {
      for (const auto& [mine, theirs] : labels_)
        if (theirs == given.label) return false;
      labels_[wanted.label] = given.label;
    }
    blocks_[place] = {given.primitive, given.settings, "", false};
    if (then()) return true;
    if (!bound) labels_.erase(wanted.label);
    return false;
  }

  const Template& design_;
  const std::vector<TemplatePlace>& places_;
  std::vector<Block> blocks_;
  std::map<std::string, std::string> labels_;  // of the template: the genome's
  bool labelled_ = false;
  int steps_ = 0;
};

/// Adds the places of the first stage, or of the last, of a stripe that begins at `place`.
void add_ends(const Stripe& stripe, std::size_t place, bool last, std::vector<std::size_t>& out) {
  if (stripe.empty()) return;
  for (std::size_t i = 0; last && i + 1 < stripe.size(); ++i) place += static_cast<std::size_t>(block_count(stripe[i]));
  const auto& stage = last ? stripe.back() : stripe.front();
  if (!stage.parallel()) out.push_back(place);
  for (const auto& branch : stage.branches) {
    add_ends(branch, place, last, out);
    place += static_cast<std::size_t>(block_count(branch));
  }
}

}  // namespace

bool Choice::accepts(const Block& block) const {
  return block.primitive == primitive && std::all_of(fixed.begin(), fixed.end(), [&](const auto& knob) {
           return has_one_of(block, knob.first, knob.second);
         });
}

const Choice* TemplatePlace::choice_of(const Block& block) const {
  for (const auto& choice : choices)
    if (choice.accepts(block)) return &choice;
  return nullptr;
}

bool TemplatePlace::may_be(const std::string& primitive) const {
  return std::any_of(choices.begin(), choices.end(), [&](const Choice& it) { return it.primitive == primitive; });
}

bool TemplatePlace::must_be(const std::string& primitive) const {
  return std::all_of(choices.begin(), choices.end(), [&](const Choice& it) { return it.primitive == primitive; });
}

std::vector<TemplatePlace> places_of(const Template& design, const Alphabet& alphabet,
                                     const std::vector<std::string>& primitives) {
  const auto all = blocks(design.layout);
  std::map<std::string, std::size_t> leaders;
  std::vector<TemplatePlace> out(all.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto& block = *all[i];
    out[i].leader =
        block.label.empty() || block.keys_values_only ? i : leaders.try_emplace(block.label, i).first->second;
    out[i].written = design.written[i];
    for (const auto& name : named_by(design.patterns[i], primitives))
      if (auto made = choice(name, design.patterns[i], block.keys_values_only, alphabet))
        out[i].choices.push_back(std::move(*made));
  }
  return out;
}

std::optional<std::vector<Block>> fitted(const Genome& genome, const Template& design,
                                         const std::vector<TemplatePlace>& places) {
  return Fitting(design, places).of(genome);
}

Genome filled(const Template& design, const std::vector<TemplatePlace>& places, const std::vector<Block>& given) {
  auto out = design.layout;
  const auto all = blocks(out);
  std::map<std::string, const Block*> owners;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto block = given[places[i].leader];
    block.label = all[i]->label;
    block.keys_values_only = all[i]->keys_values_only;
    *all[i] = std::move(block);
    if (all[i]->label.empty()) continue;
    const auto* owner = owners.try_emplace(all[i]->label, all[i]).first->second;
    if (all[i]->keys_values_only)
      for (const auto* knob : kCacheKnobs) all[i]->settings.set(knob, owner->settings.at(knob));
  }
  return out;
}

std::vector<std::size_t> first_places(const Genome& genome) {
  std::vector<std::size_t> out;
  add_ends(genome.stages, 0, false, out);
  return out;
}

std::vector<std::size_t> last_places(const Genome& genome) {
  std::vector<std::size_t> out;
  add_ends(genome.stages, 0, true, out);
  return out;
}

}  // namespace madsearch
