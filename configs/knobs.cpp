#include "configs/knobs.h"

#include <charconv>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace madsearch {
namespace {

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

}  // namespace

KnobValue::KnobValue(std::int64_t numerator, std::int64_t denominator) {
  if (denominator <= 0)
    throw std::invalid_argument("a ratio's denominator must be positive, not " + std::to_string(denominator));
  const auto divisor = std::gcd(numerator, denominator);
  numerator_ = numerator / divisor;
  denominator_ = denominator / divisor;
}

std::int64_t KnobValue::count() const {
  if (!is_count()) throw std::invalid_argument("a count was expected, not " + text());
  return numerator_;
}

double KnobValue::real() const {
  if (is_word()) throw std::invalid_argument("a number was expected, not " + text());
  return static_cast<double>(numerator_) / static_cast<double>(denominator_);
}

std::int64_t KnobValue::of(std::int64_t width) const {
  if (is_word()) throw std::invalid_argument("a ratio was expected, not " + text());
  return (2 * numerator_ * width + denominator_) / (2 * denominator_);
}

std::string KnobValue::text() const {
  if (is_word()) return word_;
  auto out = std::to_string(numerator_);
  if (denominator_ != 1) out += "/" + std::to_string(denominator_);
  return out;
}

std::optional<KnobValue> KnobValue::parse(std::string_view text) {
  if (text.empty()) return {};
  if (const char c = text[0]; (c >= 'a' && c <= 'z') || c == '_') {
    for (const char d : text)
      if (!((d >= 'a' && d <= 'z') || (d >= '0' && d <= '9') || d == '_')) return {};
    return KnobValue(std::string(text));
  }
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    const auto value = integer(text);
    return value ? std::optional<KnobValue>(*value) : std::nullopt;
  }
  const auto numerator = integer(text.substr(0, slash));
  const auto denominator = integer(text.substr(slash + 1));
  if (!numerator || !denominator || *denominator <= 0) return {};
  return KnobValue(*numerator, *denominator);
}

const KnobValue& Settings::at(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw std::invalid_argument("no knob \"" + name + "\" among the settings");
  return found->second;
}

}  // namespace madsearch
