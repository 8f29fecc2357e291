#include "search/architecture/templates/template.h"

#include <algorithm>
#include <map>

#include "configs/errors.h"
#include "configs/text.h"
#include "primitives/table.h"

namespace madsearch {
namespace {

std::string values_text(const std::vector<KnobValue>& values) {
  std::vector<std::string> out;
  for (const auto& value : values) out.push_back(value.text());
  return out.empty() ? "?" : joined(out, "|");
}

enum class Length { kShort, kExpanded };

/// Whether a knob of a named primitive goes without saying: at the value of before in an expanded text, at its default
/// in a short one.
bool unwritten(const Pattern& pattern, const std::string& knob, const std::vector<KnobValue>& values, Length length) {
  if (pattern.hole || values.size() != 1) return false;
  const auto& known = *find_primitive(pattern.names.front())->knob(knob);
  return values.front() == (length == Length::kShort ? known.values.front() : known.before);
}

std::string pattern_text(const Pattern& pattern, const Block& block, Length length = Length::kExpanded) {
  std::string knobs;
  for (const auto& [knob, values] : pattern.knobs)
    if (!unwritten(pattern, knob, values, length))
      knobs += (knobs.empty() ? "" : ", ") + knob + "=" + values_text(values);
  auto out = (pattern.hole ? "?" : "") + joined(pattern.names, "|");
  if (!knobs.empty()) out += "{" + knobs + "}";
  if (block.label.empty()) return out;
  return out + "@" + block.label + (block.keys_values_only ? ":kv" : "");
}

std::string stripe_text(const Stripe& stripe, const std::vector<Pattern>& patterns, std::size_t& place) {
  std::vector<std::string> stages;
  for (const auto& stage : stripe) {
    if (!stage.parallel()) {
      stages.push_back(pattern_text(patterns[place++], stage.block));
      continue;
    }
    std::vector<std::string> branches;
    for (const auto& branch : stage.branches) branches.push_back(stripe_text(branch, patterns, place));
    stages.push_back("(" + joined(branches, " + ") + ")" +
                     (stage.merge == Merge::kNorms ? "" : "{merge=" + to_text(stage.merge) + "}"));
  }
  return joined(stages, " ");
}

/// Labels whose keys and values others read.
bool is_cache(const Genome& genome, const std::string& label) {
  const auto all = blocks(genome);
  return std::any_of(all.begin(), all.end(),
                     [&](const Block* block) { return block->label == label && block->keys_values_only; });
}

}  // namespace

bool has_holes(std::string_view text) { return text.find_first_of("?|") != std::string_view::npos; }

std::string settle_labels(Template& design) {
  const auto all = blocks(design.layout);
  std::map<std::string, std::vector<std::size_t>> uses;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!all[i]->label.empty()) uses[all[i]->label].push_back(i);
  for (const auto& [label, places] : uses) {
    const auto owner = places.front();
    if (all[owner]->keys_values_only)
      return "@" + label + ":kv must come after the block that owns its keys and values, in series";
    for (const auto place : places) {
      const auto& here = design.patterns[place];
      const auto& there = design.patterns[owner];
      if (!all[place]->keys_values_only && here != there)
        return "blocks of label @" + label + " must be written with the same knobs to share weights";
      if (all[place]->keys_values_only && (there.hole || here.names != there.names))
        return "@" + label + ":kv reads the keys and values of " + here.names.front() +
               ", so the first block of that label must be named so, too";
    }
    if (places.size() == 1) all[owner]->label.clear();
  }
  return "";
}

std::string expanded_text(const Template& design) {
  std::size_t place = 0;
  return stripe_text(design.layout.stages, design.patterns, place);
}

std::string text_at(const Template& design, std::size_t place) {
  return pattern_text(design.patterns[place], {}, Length::kShort);
}

Template repeated(const Template& design, std::int64_t stages) {
  const auto own = block_count(design.layout);
  if (stages % own != 0)
    throw ConfigError("the template has " + std::to_string(own) + " blocks, and " + std::to_string(stages) +
                      " stages are no multiple of that; choose another number of stages, or another template");
  Template out{.text = design.text};
  for (std::int64_t i = 0; i < stages / own; ++i) {
    auto copy = design.layout;
    for (auto* block : blocks(copy))
      if (!block->label.empty()) block->label += "-" + std::to_string(i);
    out.layout.stages.insert(out.layout.stages.end(), copy.stages.begin(), copy.stages.end());
    out.patterns.insert(out.patterns.end(), design.patterns.begin(), design.patterns.end());
    out.written.insert(out.written.end(), design.written.begin(), design.written.end());
  }
  return out;
}

Template with_free_mixers(const Genome& genome, const std::string& name) {
  Template out{.text = name, .layout = canonical(genome)};
  for (auto* block : blocks(out.layout)) {
    const bool mixes = find_primitive(block->primitive)->kind == Kind::kSequence;
    auto& pattern = out.patterns.emplace_back();
    if (mixes && (block->label.empty() || !is_cache(out.layout, block->label))) {
      pattern = {.hole = true, .names = {kSequenceMixers, block->primitive}};
    } else {
      pattern.names = {block->primitive};
      for (const auto& [knob, value] : block->settings) pattern.knobs[knob] = {value};
    }
    out.written.push_back(out.written.size());
  }
  for (auto* block : blocks(out.layout)) *block = {"", {}, block->label, block->keys_values_only};
  return out;
}

}  // namespace madsearch
