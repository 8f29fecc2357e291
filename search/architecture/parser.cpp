#include <cctype>

#include "configs/errors.h"
#include "configs/text.h"
#include "primitives/table.h"
#include "search/architecture/genome.h"

namespace madsearch {
namespace {

constexpr std::size_t kMaxBlocks = 128;  // of an expanded genome; checked before expanding
constexpr std::int64_t kMaxRepeats = 64;

class Parser {
 public:
  Parser(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  Genome parse() {
    Genome genome{stripe()};
    if (at_ < text_.size()) {
      if (text_[at_] == ']' || text_[at_] == ')') fail(at_, 1, std::string("\"") + text_[at_] + "\" closes nothing");
      if (text_[at_] == '+') fail(at_, 1, "\"+\" stands only between parallel branches, in parentheses");
      fail(at_, 1, std::string("expected the name of a primitive, \"[\" or \"(\", not \"") + text_[at_] + "\"");
    }
    return genome;
  }

 private:
  [[noreturn]] void fail(std::size_t position, std::size_t length, const std::string& message,
                         const std::string& more = "") const {
    throw ConfigError(point_at(name_, text_, position, length, message) + more);
  }

  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

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

  static std::size_t count(const Stripe& stripe) {
    std::size_t total = 0;
    for (const auto& stage : stripe) {
      if (!stage.parallel()) ++total;
      for (const auto& branch : stage.branches) total += count(branch);
    }
    return total;
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
      } else if (std::isalpha(static_cast<unsigned char>(c))) {
        out.push_back(Stage{block(), {}});
      } else {
        break;
      }
      if (count(out) > kMaxBlocks) fail(start, 1, "more than " + std::to_string(kMaxBlocks) + " blocks");
    }
    if (out.empty()) fail(at_, 1, "expected the name of a primitive, \"[\" or \"(\"");
    return out;
  }

  void repeat(Stripe& out) {
    const auto open = at_++;
    const auto body = stripe();
    if (!take(']')) fail(open, 1, "this \"[\" is not closed");
    if (!take('x')) fail(at_, 1, "expected how often the group is repeated: \"]x3\"");
    const auto start = at_;
    std::int64_t times = 0;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) {
      times = std::min<std::int64_t>(times * 10 + (text_[at_++] - '0'), 1'000'000);
    }
    if (times < 1 || times > kMaxRepeats)
      fail(start, at_ - start, "a group is repeated 1 to " + std::to_string(kMaxRepeats) + " times");
    if (count(body) * static_cast<std::size_t>(times) + count(out) > kMaxBlocks)
      fail(open, at_ - open, "more than " + std::to_string(kMaxBlocks) + " blocks");
    for (; times > 0; --times) out.insert(out.end(), body.begin(), body.end());
  }

  Stage parallel() {
    const auto open = at_++;
    if (++depth_ > 2) fail(open, 1, "parallel branches are nested at most 2 deep");
    Stage stage;
    do stage.branches.push_back(stripe());
    while (take('+'));
    if (!take(')')) fail(open, 1, "this \"(\" is not closed");
    if (stage.branches.size() < 2) fail(open, at_ - open, "parallel branches are two or more: \"(mamba + attention)\"");
    --depth_;
    return stage;
  }

  Block block() {
    const auto start = at_;
    const auto name = word();
    const auto* primitive = find_primitive(std::string(name));
    if (!primitive) {
      std::vector<std::string> names;
      for (const auto& row : primitives()) names.push_back(row.name);
      fail(start, name.size(), "unknown primitive \"" + std::string(name) + "\"", expected_one_of(names, name));
    }
    Block out{primitive->name, primitive->defaults(), "", false};
    if (at_ < text_.size() && text_[at_] == '{') knobs(*primitive, out.settings);
    if (const auto sentence = check_knobs(*primitive, out.settings); !sentence.empty())
      fail(start, at_ - start, sentence);
    if (primitive->simplify) primitive->simplify(out.settings);
    if (at_ < text_.size() && text_[at_] == '@') label(*primitive, out);
    return out;
  }

  void knobs(const Primitive& primitive, Settings& settings) {
    const auto open = at_++;
    std::vector<std::string> seen, names;
    for (const auto& knob : primitive.knobs) names.push_back(knob.name);
    while (!take('}')) {
      take(',');
      skip_space();
      const auto start = at_;
      const std::string name(word());
      if (at_ >= text_.size() || name.empty()) fail(open, 1, "these knobs do not end with \"}\"");
      const auto* knob = primitive.knob(name);
      if (!knob)
        fail(start, name.size(), "unknown knob \"" + name + "\" of " + primitive.name, expected_one_of(names, name));
      for (const auto& other : seen)
        if (other == name) fail(start, name.size(), "the knob \"" + name + "\" is given twice");
      seen.push_back(name);
      if (!take('=')) fail(at_, 1, "expected \"" + name + "=VALUE\"");
      skip_space();
      const auto value_start = at_;
      while (at_ < text_.size() &&
             (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '/' || text_[at_] == '_'))
        ++at_;
      const auto shown = text_.substr(value_start, at_ - value_start);
      const auto value = KnobValue::parse(shown);
      if (!value) fail(value_start, shown.size(), "expected a number, a fraction like 8/3 or a word as " + name);
      settings.set(name, *value);
      if (value->is_word()) check_word(primitive, *knob, *value, value_start, shown.size());
    }
  }

  void check_word(const Primitive& primitive, const Knob& knob, const KnobValue& value, std::size_t position,
                  std::size_t length) const {
    std::vector<std::string> words;
    for (const auto& allowed : knob.values) {
      if (allowed == value) return;
      if (allowed.is_word()) words.push_back(allowed.word());
    }
    if (words.empty())
      fail(position, length, knob.name + " of " + primitive.name + " must be a number, not \"" + value.word() + "\"");
    fail(position, length, "unknown value \"" + value.word() + "\" of " + knob.name,
         expected_one_of(words, value.word()));
  }

  void label(const Primitive& primitive, Block& out) {
    const auto start = at_++;
    out.label = std::string(word());
    if (out.label.empty()) fail(start, 1, "expected a label after \"@\"");
    if (at_ < text_.size() && text_[at_] == ':') {
      ++at_;
      const auto what = word();
      if (what != "kv")
        fail(start, at_ - start,
             "a label is \"@" + out.label + "\" (all weights shared) or \"@" + out.label + ":kv\" (keys and values)");
      if (!primitive.shares_keys_values) fail(start, at_ - start, primitive.name + " has no keys and values to share");
      out.keys_values_only = true;
    }
  }

  std::string_view text_, name_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Genome parse(std::string_view text, std::string_view name) { return Parser(text, name).parse(); }

}  // namespace madsearch
