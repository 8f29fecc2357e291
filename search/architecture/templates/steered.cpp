#include "search/architecture/templates/steered.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "configs/text.h"
#include "primitives/table.h"

namespace madsearch {
namespace {

constexpr int kChanges = 4;  // of each place, so many, until the counts are met

/// What holes stand for, and what templates name beside.
std::vector<std::string> all_primitives(const Steering& steering, std::vector<std::string> out) {
  for (const auto& design : steering.templates)
    for (const auto& pattern : design.patterns)
      for (const auto& name : pattern.names)
        if (find_primitive(name) && std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  return out;
}

/// Of designs without a template: so many holes in series.
Template free_stripe(std::int64_t stages) {
  Template out{.text = "?"};
  for (std::int64_t i = 0; i < stages; ++i) {
    out.layout.stages.emplace_back();
    out.patterns.push_back({.hole = true});
    out.written.push_back(static_cast<std::size_t>(i));
  }
  return out;
}

std::string number_of_blocks(std::int64_t count, const std::string& primitive) {
  return std::to_string(count) + (count == 1 ? " block of " : " blocks of ") + primitive;
}

/// "its first block is attention", of the first of `places` that holds one of `names`; "" if none does.
std::string end_that_is(const std::vector<const Block*>& all, const std::vector<std::size_t>& places,
                        const std::vector<std::string>& names, const std::string& which) {
  for (const auto place : places)
    if (std::find(names.begin(), names.end(), all[place]->primitive) != names.end())
      return "its " + which + " block is " + all[place]->primitive;
  return "";
}

/// Whether every knob is written with one value.
bool is_one_block(const Choice& choice) {
  return choice.fixed.size() == find_primitive(choice.primitive)->knobs.size() &&
         std::all_of(choice.fixed.begin(), choice.fixed.end(),
                     [](const auto& knob) { return knob.second.size() == 1; });
}

/// The block that stands at a place.
const Block& at(const std::vector<Block>& blocks, const std::vector<TemplatePlace>& places, std::size_t place) {
  return blocks[places[place].leader];
}

}  // namespace

Steered::Steered(Steering steering, Frame frame)
    : steering_(std::move(steering)),
      frame_(std::move(frame)),
      alphabet_(all_primitives(steering_, frame_.primitives), frame_.shapes, frame_.max_window) {
  for (const auto& design : steering_.templates) layouts_.push_back(layout_of(design));
  if (layouts_.empty()) layouts_.push_back(layout_of(free_stripe(frame_.stages)));
  for (const auto& layout : layouts_) check_counts(layout);
}

/// With places that may hold what is left of their choices at either end, and what is valid.
Steered::Layout Steered::layout_of(const Template& design) const {
  Layout out{design, places_of(design, alphabet_, frame_.primitives), {}};
  const auto take_away = [&](const std::vector<std::size_t>& places, const std::vector<std::string>& names,
                             const std::string& key) {
    for (const auto place : places) {
      auto& choices = out.places[place].choices;
      const bool held = !choices.empty();
      std::erase_if(choices, [&](const Choice& choice) {
        return std::find(names.begin(), names.end(), choice.primitive) != names.end();
      });
      if (held && choices.empty())
        throw SteeringError(key, "block " + std::to_string(place + 1) + " of the template is " +
                                     text_at(design, place) + ", of which " + key + " leaves nothing");
    }
  };
  take_away(first_places(design.layout), steering_.never_first, "never_first");
  take_away(last_places(design.layout), steering_.never_last, "never_last");
  for (std::size_t i = 0; i < out.places.size(); ++i) {
    auto& place = out.places[i];
    Rng rng(Seed{});
    std::erase_if(place.choices, [&](const Choice& choice) {  // of one block its caller says why it is not valid
      return !is_one_block(choice) && !choice.drawn.empty() && !alphabet_.draw(choice.primitive, choice.drawn, rng);
    });
    if (place.choices.empty())
      throw SteeringError("template", "block " + std::to_string(i + 1) + " of the template is " + text_at(design, i) +
                                          ", and no primitive of the search with such knobs is valid there");
    if (place.leader == i) out.leaders.push_back(i);
  }
  return out;
}

void Steered::check_counts(const Layout& layout) const {
  std::int64_t wanted = 0;
  const auto of_the_template = layouts_.size() > 1 ? " of the template \"" + layout.design.text + "\"" : "";
  for (const auto& [primitive, most] : steering_.at_most) {
    const auto fixed = std::count_if(layout.places.begin(), layout.places.end(),
                                     [&](const TemplatePlace& place) { return place.must_be(primitive); });
    if (fixed > most)
      throw SteeringError("at_most", number_of_blocks(fixed, primitive) + (fixed == 1 ? " is" : " are") + " fixed" +
                                         of_the_template + ", and at_most allows " + std::to_string(most));
  }
  for (const auto& [primitive, least] : steering_.at_least) {
    wanted += least;
    const auto possible = std::count_if(layout.places.begin(), layout.places.end(),
                                        [&](const TemplatePlace& place) { return place.may_be(primitive); });
    if (possible < least)
      throw SteeringError("at_least", "only " + number_of_blocks(possible, primitive) + " can be there" +
                                          of_the_template + ", and at_least wants " + std::to_string(least));
    const auto most = steering_.at_most.find(primitive);
    if (most != steering_.at_most.end() && most->second < least)
      throw SteeringError("at_least", "at_least wants " + number_of_blocks(least, primitive) + ", and at_most allows " +
                                          std::to_string(most->second));
  }
  if (wanted > frame_.stages)
    throw SteeringError("at_least", "at_least wants " + std::to_string(wanted) + " blocks, and a design has " +
                                        std::to_string(frame_.stages));
}

std::string Steered::objection(const Genome& genome) const {
  const auto all = blocks(genome);
  const auto held = [&](const std::string& primitive) {
    return std::count_if(all.begin(), all.end(), [&](const Block* block) { return block->primitive == primitive; });
  };
  for (const auto& [primitive, most] : steering_.at_most)
    if (const auto has = held(primitive); has > most)
      return "it has " + number_of_blocks(has, primitive) + ", and at_most allows " + std::to_string(most);
  for (const auto& [primitive, least] : steering_.at_least)
    if (const auto has = held(primitive); has < least)
      return "it has " + number_of_blocks(has, primitive) + ", and at_least wants " + std::to_string(least);
  auto sentence = end_that_is(all, first_places(genome), steering_.never_first, "first");
  if (sentence.empty()) sentence = end_that_is(all, last_places(genome), steering_.never_last, "last");
  if (!sentence.empty() || !fixes_layout() || filling_of(genome)) return sentence;
  return mismatch(genome);
}

/// Why a genome matches no template.
std::string Steered::mismatch(const Genome& genome) const {
  if (layouts_.size() > 1) return "it matches none of the " + std::to_string(layouts_.size()) + " templates";
  const auto& layout = layouts_.front();
  const auto& wanted = layout.design.layout.stages;
  const auto series = [](const Stripe& stripe) {
    return std::none_of(stripe.begin(), stripe.end(), [](const Stage& stage) { return stage.parallel(); });
  };
  if (wanted.size() != genome.stages.size() || !series(wanted) || !series(genome.stages))
    return "it does not match the template";
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (const auto& block = genome.stages[i].block; !layout.places[i].accepts(block))
      return "its block " + std::to_string(i + 1) + " is " + text(Genome{{genome.stages[i]}}) +
             ", where the template has " + text_at(layout.design, i);
  return "its labels are not those of the template";
}

std::optional<Steered::Filling> Steered::filling_of(const Genome& genome) const {
  for (std::size_t i = 0; i < layouts_.size(); ++i)
    if (auto blocks = fitted(genome, layouts_[i].design, layouts_[i].places)) return Filling{i, std::move(*blocks)};
  return std::nullopt;
}

Genome Steered::genome_of(const Filling& filling) const {
  const auto& layout = layouts_[filling.layout];
  return filled(layout.design, layout.places, filling.blocks);
}

// Drawing.

Block Steered::drawn(const Choice& choice, Rng& rng) const {
  if (is_one_block(choice)) {
    Block out{choice.primitive, {}, "", false};  // as it is written; whether it is valid is the caller's to ask
    for (const auto& [knob, values] : choice.fixed) out.settings.set(knob, values.front());
    return out;
  }
  if (choice.drawn.empty()) return alphabet_.draw(choice.primitive, rng);
  return alphabet_.draw(choice.primitive, choice.drawn, rng).value();  // layout_of made sure that there is one
}

/// Of any choice; sequence and channel mixers are equally likely where there are both.
Block Steered::drawn(const std::vector<const Choice*>& choices, Rng& rng) const {
  std::vector<const Choice*> sequence;
  std::vector<const Choice*> channel;
  for (const auto* choice : choices)
    (find_primitive(choice->primitive)->kind == Kind::kSequence ? sequence : channel).push_back(choice);
  const bool mixes = channel.empty() || (!sequence.empty() && chance(rng, 0.5));
  return drawn(*pick(rng, mixes ? sequence : channel), rng);
}

/// For each place the one whose block it takes, or itself.
std::vector<std::size_t> Steered::ties(const Layout& layout, Rng& rng) const {
  std::vector<std::size_t> out(layout.places.size());
  std::iota(out.begin(), out.end(), 0);
  if (!fixes_layout()) {  // a stripe of 2, 4 ... different blocks that is repeated, or all drawn freely
    std::vector<std::size_t> periods;
    for (std::size_t period = 2; period <= out.size(); ++period)
      if (out.size() % period == 0) periods.push_back(period);
    const auto period = periods.empty() ? out.size() : pick(rng, periods);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = i % period;
  } else if (chance(rng, 0.5)) {
    std::map<std::size_t, std::size_t> first;  // place, by what is written there
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = first.try_emplace(layout.places[i].written, i).first->second;
  }
  return out;
}

std::optional<Genome> Steered::draw(Rng& rng) const {
  const auto which = below(rng, layouts_.size());
  const auto& layout = layouts_[which];
  const auto tied = ties(layout, rng);
  Filling out{which, std::vector<Block>(layout.places.size())};
  for (const auto place : layout.leaders) {
    const auto& first = at(out.blocks, layout.places, tied[place]);
    if (tied[place] != place && layout.places[place].accepts(first)) {
      out.blocks[place] = first;
      continue;
    }
    std::vector<const Choice*> choices;
    for (const auto& choice : layout.places[place].choices) choices.push_back(&choice);
    out.blocks[place] = drawn(choices, rng);
  }
  if (!keep_counts(layout, out.blocks, rng)) return std::nullopt;
  return genome_of(out);
}

std::int64_t Steered::count(const Layout& layout, const std::vector<Block>& blocks,
                            const std::string& primitive) const {
  std::int64_t out = 0;
  for (std::size_t i = 0; i < layout.places.size(); ++i)
    if (at(blocks, layout.places, i).primitive == primitive) ++out;
  return out;
}

/// Draws places anew until the counts are met; false if they are not after so many.
bool Steered::keep_counts(const Layout& layout, std::vector<Block>& blocks, Rng& rng) const {
  const auto most = kChanges * static_cast<int>(layout.places.size());
  for (int i = 0; i <= most; ++i) {
    bool met = true;
    for (const auto& [primitive, allowed] : steering_.at_most)
      if (met && count(layout, blocks, primitive) > allowed) {
        met = false;
        if (!give(layout, blocks, primitive, false, rng)) return false;
      }
    for (const auto& [primitive, wanted] : steering_.at_least)
      if (met && count(layout, blocks, primitive) < wanted) {
        met = false;
        if (!give(layout, blocks, primitive, true, rng)) return false;
      }
    if (met) return true;
  }
  return false;
}

/// Gives one place a block of `primitive`, or of anything else. False if no place can change so.
bool Steered::give(const Layout& layout, std::vector<Block>& blocks, const std::string& primitive, bool more,
                   Rng& rng) const {
  const auto full = [&](const std::string& name) {
    const auto most = steering_.at_most.find(name);
    return most != steering_.at_most.end() && count(layout, blocks, name) >= most->second;
  };
  const auto scarce = [&](const std::string& name) {
    const auto least = steering_.at_least.find(name);
    return least != steering_.at_least.end() && count(layout, blocks, name) <= least->second;
  };
  std::vector<std::pair<std::size_t, std::vector<const Choice*>>> able;
  for (const auto place : layout.leaders) {
    const auto& now = blocks[place].primitive;
    if (more ? now == primitive || scarce(now) : now != primitive) continue;
    std::vector<const Choice*> choices;
    for (const auto& choice : layout.places[place].choices)
      if (more ? choice.primitive == primitive : choice.primitive != primitive && !full(choice.primitive))
        choices.push_back(&choice);
    if (!choices.empty()) able.emplace_back(place, std::move(choices));
  }
  if (able.empty()) return false;
  const auto& [place, choices] = pick(rng, able);
  blocks[place] = drawn(choices, rng);
  return true;
}

// Variation.

std::optional<Steered::Variant> Steered::mutate(const Genome& parent, Rng& rng) const {
  auto filling = filling_of(parent);
  if (!filling) return std::nullopt;
  struct Operator {
    const char* name;
    double weight;
    bool (Steered::*apply)(const Layout&, std::vector<Block>&, Rng&) const;
  };
  static constexpr Operator operators[] = {{"change_knob", 30, &Steered::change_knob},
                                           {"replace_block", 25, &Steered::replace_block},
                                           {"swap_blocks", 10, &Steered::swap_blocks},
                                           {"copy_block", 5, &Steered::copy_block}};
  double left = 0;
  for (const auto& it : operators) left += it.weight;
  left *= uniform(rng);
  const auto* chosen = std::begin(operators);
  while (chosen + 1 != std::end(operators) && left >= chosen->weight) left -= (chosen++)->weight;
  if (!(this->*chosen->apply)(layouts_[filling->layout], filling->blocks, rng)) return std::nullopt;
  return Variant{genome_of(*filling), chosen->name};
}

bool Steered::change_knob(const Layout& layout, std::vector<Block>& blocks, Rng& rng) const {
  struct Change {
    std::size_t place;
    std::string knob;
    std::vector<KnobValue> values;
  };
  std::vector<std::vector<Change>> places;
  for (const auto place : layout.leaders) {
    const auto& block = blocks[place];
    const auto* choice = layout.places[place].choice_of(block);
    std::vector<Change> changes;
    for (const auto& [knob, value] : block.settings) {
      const auto drawn = choice->drawn.find(knob);
      auto values = drawn == choice->drawn.end() ? alphabet_.values(block.primitive, knob) : drawn->second;
      std::erase(values, value);
      if (!values.empty()) changes.push_back({place, knob, std::move(values)});
    }
    if (!changes.empty()) places.push_back(std::move(changes));
  }
  if (places.empty()) return false;
  const auto& change = pick(rng, pick(rng, places));
  auto block = blocks[change.place];
  block.settings.set(change.knob, pick(rng, change.values));
  const auto& simplify = find_primitive(block.primitive)->simplify;
  if (simplify) simplify(block.settings);
  if (!alphabet_.fits(block) || !layout.places[change.place].accepts(block)) return false;
  blocks[change.place] = std::move(block);
  return true;
}

bool Steered::replace_block(const Layout& layout, std::vector<Block>& blocks, Rng& rng) const {
  std::vector<std::size_t> open;
  for (const auto place : layout.leaders)
    if (!layout.places[place].must_be(blocks[place].primitive)) open.push_back(place);
  if (open.empty()) return false;
  const auto place = pick(rng, open);
  const auto kind = find_primitive(blocks[place].primitive)->kind;
  std::vector<const Choice*> alike;
  std::vector<const Choice*> others;
  for (const auto& choice : layout.places[place].choices)
    if (choice.primitive != blocks[place].primitive)
      (find_primitive(choice.primitive)->kind == kind ? alike : others).push_back(&choice);
  const bool stays = others.empty() || (!alike.empty() && !chance(rng, 0.1));
  blocks[place] = drawn(*pick(rng, stays ? alike : others), rng);
  return true;
}

bool Steered::swap_blocks(const Layout& layout, std::vector<Block>& blocks, Rng& rng) const {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (const auto one : layout.leaders)
    for (const auto other : layout.leaders)
      if (one < other && !(blocks[one] == blocks[other]) && layout.places[one].accepts(blocks[other]) &&
          layout.places[other].accepts(blocks[one]))
        pairs.emplace_back(one, other);
  if (pairs.empty()) return false;
  const auto [one, other] = pick(rng, pairs);
  std::swap(blocks[one], blocks[other]);
  return true;
}

bool Steered::copy_block(const Layout& layout, std::vector<Block>& blocks, Rng& rng) const {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (const auto from : layout.leaders)
    for (const auto to : layout.leaders)
      if (!(blocks[from] == blocks[to]) && layout.places[to].accepts(blocks[from])) pairs.emplace_back(from, to);
  if (pairs.empty()) return false;
  const auto [from, to] = pick(rng, pairs);
  blocks[to] = blocks[from];
  return true;
}

Steered::Variant Steered::cross(const Genome& a, const Genome& b, Rng& rng) const {
  const bool one_point = chance(rng, 0.5);
  Variant out{a, one_point ? "one_point" : "two_point"};
  auto filling = filling_of(a);
  const auto other = filling_of(b);
  if (!filling || !other) return out;
  const auto& layout = layouts_[filling->layout];
  auto begin = below(rng, layout.places.size());
  auto end = one_point ? layout.places.size() : 1 + below(rng, layout.places.size());
  if (begin > end) std::swap(begin, end);
  const auto& donors = layouts_[other->layout].places;
  for (const auto place : layout.leaders) {
    if (place < begin || place >= end || place >= donors.size()) continue;
    const auto& block = at(other->blocks, donors, place);
    if (layout.places[place].accepts(block)) filling->blocks[place] = block;
  }
  out.genome = genome_of(*filling);
  return out;
}

// All of them.

double Steered::fillings() const {
  std::map<std::pair<std::string, Alphabet::Allowed>, double> counts;  // blocks of a choice
  double out = 0;
  for (const auto& layout : layouts_) {
    double here = 1;
    for (const auto place : layout.leaders) {
      double blocks = 0;
      for (const auto& choice : layout.places[place].choices) {
        const auto [known, fresh] = counts.try_emplace({choice.primitive, choice.drawn}, 1);
        if (fresh && !is_one_block(choice))
          known->second = static_cast<double>(alphabet_.all(choice.primitive, choice.drawn).size());
        blocks += known->second;
      }
      here *= blocks;
    }
    out += here;
  }
  return out;
}

void Steered::each_filling(const std::function<void(const Genome&)>& visit) const {
  for (std::size_t which = 0; which < layouts_.size(); ++which) {
    const auto& layout = layouts_[which];
    Filling filling{which, std::vector<Block>(layout.places.size())};
    const std::function<void(std::size_t)> from = [&](std::size_t next) {
      if (next == layout.leaders.size()) return visit(genome_of(filling));
      const auto place = layout.leaders[next];
      for (const auto& choice : layout.places[place].choices)
        for (auto& block : alphabet_.all(choice.primitive, choice.drawn)) {
          filling.blocks[place] = std::move(block);
          from(next + 1);
        }
    };
    from(0);
  }
}

}  // namespace madsearch
