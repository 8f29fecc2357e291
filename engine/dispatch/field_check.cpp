#include "engine/dispatch/field_check.h"

#include <algorithm>
#include <cmath>

#include "configs/text.h"

namespace madsearch {
namespace {

constexpr double kRounding = 1e-9;  // relative
constexpr const char* kNeeded = "allowed to be so where the outcome is ok";

std::string number_text(double value) { return shown("%g", value); }

}  // namespace

void FieldCheck::number(const char* name, double value, double least, double most) {
  if (!std::isfinite(value) || value < least || value > most)
    is(name, number_text(value), "a number from " + number_text(least) + " to " + number_text(most));
}

void FieldCheck::count(const char* name, std::int64_t value, std::int64_t most) {
  if (value < 0 || value > most) is(name, std::to_string(value), "from 0 to " + std::to_string(most));
}

void FieldCheck::text(const char* name, const std::string& value, const std::string& expected) {
  if (value != expected) is(name, in_quotes(value), in_quotes(expected));
}

void FieldCheck::equal(const char* name, std::int64_t value, std::int64_t expected) {
  if (value != expected) is(name, std::to_string(value), std::to_string(expected));
}

void FieldCheck::measured(const char* name, std::optional<double> value, bool measured, double least, double most) {
  if (!value && measured) is(name, "absent", kNeeded);
  if (value && !measured) is(name, number_text(*value), "absent, though nothing was measured");
  if (value && measured) number(name, *value, least, most);
}

void FieldCheck::one_of(const char* name, std::optional<double> value, bool measured,
                        const std::vector<double>& allowed) {
  if (!value && measured) is(name, "absent", kNeeded);
  const auto is_it = [&](double number) { return std::abs(*value - number) <= kRounding * std::abs(number); };
  if (!value || std::any_of(allowed.begin(), allowed.end(), is_it)) return;
  std::vector<std::string> texts;
  for (const auto number : allowed) texts.push_back(number_text(number));
  is(name, number_text(*value), "one of " + joined(texts));
}

void FieldCheck::is(const std::string& name, const std::string& value, const std::string& expected) {
  problems.push_back("its " + name + " is " + value + ", not " + expected);
}

}  // namespace madsearch
