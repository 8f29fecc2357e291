#include "search/architecture/parser.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "configs/errors.h"
#include "configs/text.h"
#include "primitives/table.h"
#include "search/architecture/templates/template.h"

namespace madsearch {
namespace {

constexpr std::int64_t kMaxBlocks = 128;  // of an expanded genome; checked before expanding
constexpr std::int64_t kMaxRepeats = 64;
constexpr int kMaxGroups = 16;               // nested
constexpr std::size_t kMaxText = 64 * 1024;  // bytes; 128 blocks with all their knobs take a third of it
constexpr std::size_t kMaxLabel = 32;

/// One function for each rule of the grammars in parser.h and templates/template.h.
class Parser {
 public:
  /// Of a template `patterns` takes what stands in it; each block is named by its place there.
  Parser(std::string_view text, std::string_view name, Unwritten unwritten, std::vector<Pattern>* patterns = nullptr)
      : text_(text), name_(name), unwritten_(unwritten), patterns_(patterns) {}

  Genome parse() {
    if (text_.size() > kMaxText)
      fail(
          0, 1,
          "a design is written in at most " + std::to_string(kMaxText) + " bytes, not " + std::to_string(text_.size()));
    Genome genome{stripe()};
    if (at_ < text_.size()) fail_at_rest();
    return genome;
  }

 private:
  [[noreturn]] void fail(std::size_t position, std::size_t length, const std::string& message,
                         const std::string& more = "") const {
    throw ConfigError(point_at(name_, text_, position, length, message) + more);
  }

  [[noreturn]] void fail_at_rest() const {
    const char c = text_[at_];
    if (c == ']' || c == ')') fail(at_, 1, std::string("\"") + c + "\" closes nothing");
    if (c == '+') fail(at_, 1, "\"+\" stands only between parallel branches, in parentheses");
    if (c == '?') fail_at_hole();
    fail(at_, 1, "expected the name of a primitive, \"[\" or \"(\", not " + in_quotes(std::string_view(&c, 1)));
  }

  [[noreturn]] void fail_at_hole() const {
    fail(at_, 1, "\"?\" stands only in templates: in `seeds:` and `space:` of a search");
  }

  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  /// Whether the next character but for spaces is `c`, which is then passed.
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view word() {
    const auto start = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_' || text_[at_] == '-'))
      ++at_;
    return text_.substr(start, at_ - start);
  }

  Stripe stripe() {
    Stripe out;
    const auto start = at_;
    for (skip_space(); at_ < text_.size(); skip_space()) {
      const char c = text_[at_];
      if (c == '[') {
        repeat(out);
      } else if (c == '(') {
        out.push_back(parallel());
      } else if (std::isalpha(static_cast<unsigned char>(c)) || (c == '?' && patterns_)) {
        out.push_back(Stage{.block = patterns_ ? place() : block()});
      } else {
        break;
      }
      if (block_count(out) > kMaxBlocks) fail(start, 1, "more than " + std::to_string(kMaxBlocks) + " blocks");
    }
    if (out.empty() && next_is('?')) fail_at_hole();
    if (out.empty()) fail(at_, 1, "expected the name of a primitive, \"[\" or \"(\"");
    return out;
  }

  void repeat(Stripe& out) {
    const auto open = at_++;
    if (++groups_ > kMaxGroups)
      fail(open, 1, "repeated groups are nested at most " + std::to_string(kMaxGroups) + " deep");
    const auto body = stripe();
    --groups_;
    if (!take(']')) fail(open, 1, "this \"[\" is not closed");
    if (!take('x')) fail(at_, 1, "expected how often the group is repeated: \"]x3\"");
    const auto times = repeat_count();
    if (block_count(body) * times + block_count(out) > kMaxBlocks)
      fail(open, at_ - open, "more than " + std::to_string(kMaxBlocks) + " blocks");
    for (std::int64_t i = 0; i < times; ++i) out.insert(out.end(), body.begin(), body.end());
  }

  std::int64_t repeat_count() {
    const auto start = at_;
    std::int64_t times = 0;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) {
      times = std::min<std::int64_t>(times * 10 + (text_[at_] - '0'), 1'000'000);  // no overflow
      ++at_;
    }
    if (times < 1 || times > kMaxRepeats)
      fail(start, at_ - start, "a group is repeated 1 to " + std::to_string(kMaxRepeats) + " times");
    return times;
  }

  Stage parallel() {
    const auto open = at_++;
    if (++depth_ > 2) fail(open, 1, "parallel branches are nested at most 2 deep");
    Stage stage;
    do {
      stage.branches.push_back(stripe());
    } while (take('+'));
    if (!take(')')) fail(open, 1, "this \"(\" is not closed");
    if (stage.branches.size() < 2) fail(open, at_ - open, "parallel branches are two or more: \"(mamba + attention)\"");
    --depth_;
    if (at_ < text_.size() && text_[at_] == '{') stage.merge = merge();
    return stage;
  }

  /// "{merge=WORD}" behind a group.
  Merge merge() {
    const auto open = at_++;
    skip_space();
    const auto key_at = at_;
    if (const auto key = word(); key != "merge")
      fail(key_at, std::max<std::size_t>(key.size(), 1), "parallel branches have one knob, merge",
           expected_one_of({"merge"}, std::string(key)));
    if (!take('=')) fail(at_, 1, "expected \"merge=VALUE\"");
    skip_space();
    const auto start = at_;
    const auto given = word();
    std::vector<std::string> known;
    for (const auto kind : kMerges) {
      known.push_back(to_text(kind));
      if (known.back() != given) continue;
      if (!take('}')) fail(open, 1, "these knobs do not end with \"}\"");
      return kind;
    }
    fail(start, std::max<std::size_t>(given.size(), 1), "unknown value " + in_quotes(given) + " of merge",
         expected_one_of(known, std::string(given)));
  }

  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }

  /// Its name; `more` are words that may stand there, too, for which nullptr is given.
  const Primitive* primitive(const std::vector<std::string>& more = {}) {
    const auto start = at_;
    const std::string name(word());
    if (std::find(more.begin(), more.end(), name) != more.end()) return nullptr;
    if (const auto* known = find_primitive(name)) return known;
    auto names = more;
    for (const auto& row : primitives()) names.push_back(row.name);
    fail(start, name.size(), "unknown primitive " + in_quotes(name), expected_one_of(names, name));
  }

  Settings unwritten(const Primitive& primitive) const {
    return unwritten_ == Unwritten::kDefault ? primitive.defaults() : primitive.unwritten();
  }

  Block block() {
    const auto start = at_;
    const auto& primitive = *this->primitive();
    Block out{primitive.name, unwritten(primitive), "", false};
    if (next_is('{')) knobs(primitive, out.settings);
    if (const auto sentence = check_knobs(primitive, out.settings); !sentence.empty())
      fail(start, at_ - start, sentence);
    if (primitive.simplify) primitive.simplify(out.settings);
    if (next_is('@')) label(&primitive, out);
    return out;
  }

  // Of templates.

  Block place() {
    const auto pattern = next_is('?') ? hole() : named();
    Block out{.primitive = std::to_string(patterns_->size())};
    patterns_->push_back(pattern);
    if (next_is('@')) label(pattern.hole ? nullptr : find_primitive(pattern.names.front()), out);
    return out;
  }

  Pattern named() {
    const auto& known = *primitive();
    Pattern out{.names = {known.name}};
    for (const auto& [knob, value] : unwritten(known)) out.knobs[knob] = {value};
    if (next_is('{')) place_knobs(out, {&known});
    for (const auto& [knob, values] : out.knobs)
      if (values.size() != 1) return out;
    Settings settings;
    for (const auto& [knob, values] : out.knobs) settings.set(knob, values.front());
    if (known.simplify) known.simplify(settings);
    for (const auto& [knob, value] : settings) out.knobs[knob] = {value};
    return out;
  }

  Pattern hole() {
    ++at_;
    Pattern out{.hole = true};
    std::vector<const Primitive*> those;
    if (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_]))) those = names_of_hole(out);
    if (those.empty())
      for (const auto& row : primitives()) those.push_back(&row);
    if (next_is('{')) place_knobs(out, those);
    return out;
  }

  /// Notes the names behind "?"; gives the primitives that knobs may be of, none for all.
  std::vector<const Primitive*> names_of_hole(Pattern& out) {
    std::vector<const Primitive*> those;
    bool kinds = false;
    do {
      const auto start = at_;
      const auto* known = primitive({kSequenceMixers, kChannelMixers});
      const std::string name(text_.substr(start, at_ - start));
      if (std::find(out.names.begin(), out.names.end(), name) == out.names.end()) out.names.push_back(name);
      kinds |= known == nullptr;
      those.push_back(known);
    } while (next_is('|') && ++at_ > 0);
    return kinds ? std::vector<const Primitive*>{} : those;
  }

  /// The knobs of a place that may be one of `those`.
  void place_knobs(Pattern& out, const std::vector<const Primitive*>& those) {
    const auto open = at_++;
    std::vector<std::string> seen;
    bool others_free = false;
    while (!take('}')) {
      take(',');
      skip_space();
      const auto start = at_;
      if (!out.hole && take('?')) {
        others_free = true;
        continue;
      }
      const std::string name(word());
      if (at_ >= text_.size() || name.empty()) fail(open, 1, "these knobs do not end with \"}\"");
      const auto owners = with_knob(those, name, start);
      if (std::find(seen.begin(), seen.end(), name) != seen.end())
        fail(start, name.size(), "the knob " + in_quotes(name) + " is given twice");
      seen.push_back(name);
      out.knobs[name] = place_values(owners, name);
    }
    for (auto& [knob, values] : out.knobs)
      if (others_free && std::find(seen.begin(), seen.end(), knob) == seen.end()) values.clear();
  }

  /// Those of `those` that have the knob.
  std::vector<const Primitive*> with_knob(const std::vector<const Primitive*>& those, const std::string& name,
                                          std::size_t position) const {
    if (those.size() == 1) known_knob(*those.front(), name, position);
    std::vector<const Primitive*> out;
    std::vector<std::string> names;
    for (const auto* primitive : those) {
      if (primitive->knob(name)) out.push_back(primitive);
      for (const auto& knob : primitive->knobs)
        if (std::find(names.begin(), names.end(), knob.name) == names.end()) names.push_back(knob.name);
    }
    if (out.empty())
      fail(position, name.size(), "none of these primitives has a knob " + in_quotes(name),
           expected_one_of(names, name));
    return out;
  }

  /// "=?" or "=VALUE|VALUE" behind the name of a knob, which `owners` have. A value must suit one of them.
  std::vector<KnobValue> place_values(const std::vector<const Primitive*>& owners, const std::string& name) {
    if (!take('=')) fail(at_, 1, "expected \"" + name + "=VALUE\" or \"" + name + "=?\"");
    if (take('?')) return {};
    std::vector<KnobValue> out;
    do {
      skip_space();
      const auto start = at_;
      const auto given = value(name);
      std::string sentence;
      bool suits = false;
      for (const auto* owner : owners) {
        if (given.is_word() && owners.size() == 1) check_word(*owner, *owner->knob(name), given, start, at_ - start);
        auto settings = owner->defaults();
        settings.set(name, given);
        sentence = check_knobs(*owner, settings);
        if (sentence.empty()) suits = true;
      }
      if (!suits) fail(start, at_ - start, sentence);
      if (std::find(out.begin(), out.end(), given) == out.end()) out.push_back(given);
    } while (take('|'));
    return out;
  }

  void knobs(const Primitive& primitive, Settings& settings) {
    const auto open = at_++;
    std::vector<std::string> seen;
    while (!take('}')) {
      take(',');
      skip_space();
      const auto start = at_;
      const std::string name(word());
      if (at_ >= text_.size() || name.empty()) fail(open, 1, "these knobs do not end with \"}\"");
      const auto& known = known_knob(primitive, name, start);
      if (std::find(seen.begin(), seen.end(), name) != seen.end())
        fail(start, name.size(), "the knob " + in_quotes(name) + " is given twice");
      seen.push_back(name);
      if (!take('=')) fail(at_, 1, "expected \"" + name + "=VALUE\"");
      skip_space();
      const auto from = at_;
      const auto given = value(name);
      if (given.is_word()) check_word(primitive, known, given, from, at_ - from);
      settings.set(name, given);
    }
  }

  const Knob& known_knob(const Primitive& primitive, const std::string& name, std::size_t position) const {
    if (const auto* knob = primitive.knob(name)) return *knob;
    std::vector<std::string> names;
    for (const auto& knob : primitive.knobs) names.push_back(knob.name);
    fail(position, name.size(), "unknown knob " + in_quotes(name) + " of " + primitive.name,
         expected_one_of(names, name));
  }

  KnobValue value(const std::string& knob) {
    const auto start = at_;
    if (next_is('?') && !patterns_) fail_at_hole();
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '/' || text_[at_] == '_'))
      ++at_;
    const auto shown = text_.substr(start, at_ - start);
    const auto out = KnobValue::parse(shown);
    if (!out)
      fail(start, shown.size(),
           "expected a number up to " + std::to_string(KnobValue::kMost) +
               ", a fraction like 8/3 of two or a word as " + knob);
    return *out;
  }

  void check_word(const Primitive& primitive, const Knob& knob, const KnobValue& value, std::size_t position,
                  std::size_t length) const {
    std::vector<std::string> words;
    for (const auto& allowed : knob.values) {
      if (allowed == value) return;
      if (allowed.is_word()) words.push_back(allowed.word());
    }
    if (words.empty())
      fail(position, length, knob.name + " of " + primitive.name + " must be a number, not " + in_quotes(value.word()));
    fail(position, length, "unknown value " + in_quotes(value.word()) + " of " + knob.name,
         expected_one_of(words, value.word()));
  }

  /// `primitive`: nullptr of a hole.
  void label(const Primitive* primitive, Block& out) {
    const auto start = at_++;
    out.label = std::string(word());
    if (out.label.empty()) fail(start, 1, "expected a label after \"@\"");
    if (out.label.size() > kMaxLabel)
      fail(start, at_ - start, "a label has at most " + std::to_string(kMaxLabel) + " letters");
    if (at_ >= text_.size() || text_[at_] != ':') return;
    ++at_;
    if (word() != "kv")
      fail(start, at_ - start,
           "a label is \"@" + out.label + "\" (all weights shared) or \"@" + out.label + ":kv\" (keys and values)");
    if (!primitive) fail(start, at_ - start, "whose keys and values a block reads, and that block, are named");
    if (!primitive->shares_keys_values) fail(start, at_ - start, primitive->name + " has no keys and values to share");
    out.keys_values_only = true;
  }

  const std::string_view text_;
  const std::string_view name_;
  const Unwritten unwritten_;
  std::vector<Pattern>* const patterns_;
  std::size_t at_ = 0;  // the next character
  int depth_ = 0;       // of parallel branches
  int groups_ = 0;      // that are open
};

}  // namespace

Genome parse(std::string_view text, std::string_view name, Unwritten unwritten) {
  return Parser(text, name, unwritten).parse();
}

Template parse_template(std::string_view text, std::string_view name, Unwritten unwritten) {
  std::vector<Pattern> patterns;
  Template out{.text = std::string(text), .layout = Parser(text, name, unwritten, &patterns).parse()};
  for (auto* block : blocks(out.layout)) {
    const auto which = static_cast<std::size_t>(std::stoul(block->primitive));
    block->primitive.clear();
    out.patterns.push_back(patterns[which]);
    out.written.push_back(which);
  }
  if (const auto sentence = settle_labels(out); !sentence.empty())
    throw ConfigError(point_at(name, text, 0, 1, sentence));
  return out;
}

Genome parse_expanded(std::string_view text, std::string_view name) { return parse(text, name, Unwritten::kBefore); }

std::string short_text(std::string_view expanded) { return text(parse_expanded(expanded)); }

}  // namespace madsearch
