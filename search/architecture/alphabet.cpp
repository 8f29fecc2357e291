#include "search/architecture/alphabet.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>

#include "primitives/table.h"
#include "search/architecture/windows.h"

namespace madsearch {
namespace {

constexpr int kDrawTries = 100;  // at a block of restricted knobs, before all of them are listed

bool valid_at(const Primitive& primitive, Settings set, const std::vector<Shape>& shapes, std::int64_t max_window) {
  for (const auto& [name, held] : Settings(set))
    if (held == KnobValue("auto")) set.set(name, 2);  // whatever it is solved to fits
  return check_knobs(primitive, set).empty() && too_wide(set, max_window).empty() &&
         std::all_of(shapes.begin(), shapes.end(), [&](Shape shape) { return primitive.valid(set, shape).empty(); });
}

/// Whether some choice of the other knobs makes `value` valid at every shape: kv_heads=2 needs heads of its own.
bool possible(const Primitive& primitive, const Knob& knob, const KnobValue& value, const std::vector<Shape>& shapes,
              std::int64_t max_window) {
  std::vector<Settings> settings{primitive.defaults()};
  for (const auto& other : primitive.knobs)
    for (const auto& option : other.values) {
      settings.push_back(primitive.defaults());
      settings.back().set(other.name, option);
    }
  return std::any_of(settings.begin(), settings.end(), [&](Settings set) {
    set.set(knob.name, value);
    return valid_at(primitive, set, shapes, max_window);
  });
}

/// The default or, one time in three, any value. A short convolution is worth more than most mixers differ in, so it is
/// none for every second block of every primitive, whatever the default.
KnobValue draw_value(const Knob& knob, const std::vector<KnobValue>& allowed, Rng& rng) {
  if (knob.name != "conv") return chance(rng, 1.0 / 3) ? pick(rng, allowed) : allowed.front();
  std::vector<KnobValue> taps;
  for (const auto& value : allowed)
    if (!value.is_word()) taps.push_back(value);
  const bool none = taps.size() < allowed.size() && (taps.empty() || chance(rng, 0.5));
  return none ? KnobValue("none") : pick(rng, taps);
}

/// The first value; of the short convolution the first with taps, and none.
std::vector<KnobValue> plain(const Knob& knob, const std::vector<KnobValue>& allowed) {
  std::vector<KnobValue> out{allowed.front()};
  if (knob.name != "conv") return out;
  for (const auto& value : allowed)
    if (value.is_word() != out.front().is_word() && out.size() < 2) out.push_back(value);
  return out;
}

void simplify(Block& block) {
  const auto& rule = find_primitive(block.primitive)->simplify;
  if (rule) rule(block.settings);
}

bool allowed_by(const Block& block, const Alphabet::Allowed& allowed) {
  return std::all_of(allowed.begin(), allowed.end(),
                     [&](const auto& knob) { return has_one_of(block, knob.first, knob.second); });
}

}  // namespace

bool has_one_of(const Block& block, const std::string& knob, const std::vector<KnobValue>& values) {
  if (!block.settings.has(knob)) return false;
  return std::any_of(values.begin(), values.end(), [&](const KnobValue& value) {
    auto same = block;
    same.settings.set(knob, value);
    if (same == block) return true;
    simplify(same);
    return same == block;
  });
}

Alphabet::Alphabet(const std::vector<std::string>& names, const std::vector<Shape>& shapes, std::int64_t max_window)
    : shapes_(shapes), max_window_(max_window) {
  for (const auto& name : names) {
    const auto* primitive = find_primitive(name);
    if (!primitive) throw std::invalid_argument("Alphabet: unknown primitive " + name);
    (primitive->kind == Kind::kSequence ? sequence_ : channel_).push_back(name);
    for (const auto& knob : primitive->knobs) {
      auto& values = values_[name][knob.name];
      for (const auto& value : knob.values)
        if (possible(*primitive, knob, value, shapes, max_window)) values.push_back(value);
      if (values.empty())
        throw std::invalid_argument("no value of " + knob.name + " of " + name +
                                    " is valid at every width of the search");
    }
  }
}

bool Alphabet::has(const std::string& primitive) const { return values_.contains(primitive); }

const std::vector<KnobValue>& Alphabet::values(const std::string& primitive, const std::string& knob) const {
  return values_.at(primitive).at(knob);
}

std::vector<std::string> Alphabet::variable_knobs(const std::string& primitive) const {
  std::vector<std::string> out;
  for (const auto& [name, values] : values_.at(primitive))
    if (values.size() > 1) out.push_back(name);
  return out;
}

bool Alphabet::fits(const Block& block) const {
  return valid_at(*find_primitive(block.primitive), block.settings, shapes_, max_window_);
}

Block Alphabet::draw(const std::string& name, Rng& rng) const {
  const auto* primitive = find_primitive(name);
  Block block{name, {}, "", false};
  do {
    for (const auto& knob : primitive->knobs) {
      block.settings.set(knob.name, draw_value(knob, values(name, knob.name), rng));
    }
  } while (!fits(block));  // each value alone fits, so this ends
  simplify(block);
  return block;
}

std::vector<Block> Alphabet::blocks(const std::string& name, NewBlocks which) const {
  const auto* primitive = find_primitive(name);
  std::vector<Block> out{Block{name, {}, "", false}};
  for (const auto& knob : primitive->knobs) {
    std::vector<Block> more;
    for (const auto& block : out)
      for (const auto& value :
           which == NewBlocks::kAll ? values(name, knob.name) : plain(knob, values(name, knob.name)))
        more.emplace_back(block).settings.set(knob.name, value);
    out = std::move(more);
  }
  std::erase_if(out, [&](const Block& block) { return !fits(block); });
  if (out.empty()) return {blocks(name, NewBlocks::kAll).front()};  // the plain ones don't fit this width
  if (!primitive->simplify) return out;
  std::set<Settings> known;
  for (auto& block : out) primitive->simplify(block.settings);
  std::erase_if(out, [&](const Block& block) { return !known.insert(block.settings).second; });
  return out;
}

std::optional<Block> Alphabet::draw(const std::string& name, const Allowed& allowed, Rng& rng) const {
  const auto* primitive = find_primitive(name);
  for (int i = 0; i < kDrawTries; ++i) {
    Block block{name, {}, "", false};
    for (const auto& knob : primitive->knobs) {
      const auto restricted = allowed.find(knob.name);
      block.settings.set(knob.name, restricted == allowed.end() ? draw_value(knob, values(name, knob.name), rng)
                                                                : pick(rng, restricted->second));
    }
    simplify(block);
    if (fits(block) && allowed_by(block, allowed)) return block;
  }
  const auto every = all(name, allowed);
  if (every.empty()) return std::nullopt;
  return pick(rng, every);
}

std::vector<Block> Alphabet::all(const std::string& name, const Allowed& allowed) const {
  auto choices = values_.at(name);
  for (const auto& [knob, restricted] : allowed) choices[knob] = restricted;
  Block block{name, {}, "", false};
  std::vector<Block> out;
  add_blocks(choices, block, choices.begin(), out);
  std::erase_if(out, [&](const Block& made) { return !allowed_by(made, allowed); });
  std::sort(out.begin(), out.end(), [](const Block& a, const Block& b) { return a.settings < b.settings; });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// Every choice of the values from `knob` on.
void Alphabet::add_blocks(const Allowed& choices, Block& block, Allowed::const_iterator knob,
                          std::vector<Block>& out) const {
  if (knob == choices.end()) {
    if (!fits(block)) return;
    simplify(out.emplace_back(block));
    return;
  }
  for (const auto& value : knob->second) {
    block.settings.set(knob->first, value);
    add_blocks(choices, block, std::next(knob), out);
  }
}

Block Alphabet::draw(Rng& rng) const {
  const bool sequence = channel_.empty() || (!sequence_.empty() && chance(rng, 0.5));
  return draw(pick(rng, sequence ? sequence_ : channel_), rng);
}

}  // namespace madsearch
