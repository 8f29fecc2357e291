#include "configs/knobs.h"

#include <limits>
#include <numeric>
#include <stdexcept>

#include "configs/text.h"

namespace madsearch {
namespace {

/// A number of a knob's text. Beyond the most, products with a width would not fit 64 bits.
std::optional<std::int64_t> part(std::string_view text) {
  const auto value = integer_of(text);
  return value && *value >= -KnobValue::kMost && *value <= KnobValue::kMost ? value : std::nullopt;
}

}  // namespace

KnobValue::KnobValue(std::int64_t numerator, std::int64_t denominator) {
  if (denominator <= 0)
    throw std::invalid_argument("a ratio's denominator must be positive, not " + std::to_string(denominator));
  if (numerator == std::numeric_limits<std::int64_t>::min())
    throw std::invalid_argument("a ratio's numerator must be above -2^63");
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
  const auto whole = static_cast<__int128>(numerator_) * width;
  const auto rounded = (2 * whole + denominator_) / (2 * static_cast<__int128>(denominator_));
  if (rounded > std::numeric_limits<std::int64_t>::max() || rounded < std::numeric_limits<std::int64_t>::min())
    throw std::invalid_argument(text() + " of " + std::to_string(width) + " is beyond 64 bits");
  return static_cast<std::int64_t>(rounded);
}

std::int64_t KnobValue::share_of(std::int64_t length) const {
  if (is_word()) throw std::invalid_argument("a share was expected, not " + text());
  const auto whole = static_cast<__int128>(numerator_) * length;
  return static_cast<std::int64_t>((whole + denominator_ - 1) / denominator_);
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
    const auto value = part(text);
    return value ? std::optional<KnobValue>(*value) : std::nullopt;
  }
  const auto numerator = part(text.substr(0, slash));
  const auto denominator = part(text.substr(slash + 1));
  if (!numerator || !denominator || *denominator <= 0) return {};
  return KnobValue(*numerator, *denominator);
}

const KnobValue& Settings::at(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw std::invalid_argument("no knob \"" + name + "\" among the settings");
  return found->second;
}

}  // namespace madsearch
