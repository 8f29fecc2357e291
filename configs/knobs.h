#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace madsearch {

/// One setting of a block: a count (`4`), a ratio to the width (`8/3`, kept in lowest terms) or a share of the length
/// (`1/8`), or a word (`elu`, `auto`).
class KnobValue {
 public:
  KnobValue(std::int64_t count) : numerator_(count) {}
  KnobValue(int count) : numerator_(count) {}
  /// Throws std::invalid_argument unless denominator > 0 and numerator > -2^63.
  KnobValue(std::int64_t numerator, std::int64_t denominator);
  KnobValue(std::string word) : word_(std::move(word)) {}
  KnobValue(const char* word) : word_(word) {}

  bool is_word() const { return !word_.empty(); }
  bool is_count() const { return !is_word() && denominator_ == 1; }
  const std::string& word() const { return word_; }  // "" for a number
  std::int64_t count() const;                        // throws std::invalid_argument unless is_count()
  double real() const;                               // throws std::invalid_argument for a word
  std::int64_t numerator() const { return numerator_; }
  std::int64_t denominator() const { return denominator_; }
  /// numerator * width / denominator, rounded to the nearest integer. Throws std::invalid_argument for a word, and
  /// where that is beyond 64 bits.
  std::int64_t of(std::int64_t width) const;
  /// The same, rounded up: what a share below 1 is of a sequence of `length` tokens. Throws std::invalid_argument for a
  /// word.
  std::int64_t share_of(std::int64_t length) const;

  std::string text() const;
  static constexpr std::int64_t kMost = 1'000'000'000;  // of the numbers that a text may have
  /// Reads `4`, `8/3`, `auto`; nothing if `text` is none of these, or has a number above kMost.
  static std::optional<KnobValue> parse(std::string_view text);
  friend auto operator<=>(const KnobValue&, const KnobValue&) = default;

 private:
  std::string word_;
  std::int64_t numerator_ = 0;
  std::int64_t denominator_ = 1;
};

/// The knobs of one block, by name.
class Settings {
 public:
  Settings() = default;
  Settings(std::initializer_list<std::pair<const std::string, KnobValue>> values) : values_(values) {}
  const KnobValue& at(const std::string& name) const;  // throws std::invalid_argument naming the knob
  std::int64_t count(const std::string& name) const { return at(name).count(); }
  const std::string& word(const std::string& name) const { return at(name).word(); }
  bool has(const std::string& name) const { return values_.contains(name); }
  void set(const std::string& name, KnobValue value) { values_.insert_or_assign(name, std::move(value)); }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  bool empty() const { return values_.empty(); }
  friend auto operator<=>(const Settings&, const Settings&) = default;

 private:
  std::map<std::string, KnobValue> values_;
};

}  // namespace madsearch
