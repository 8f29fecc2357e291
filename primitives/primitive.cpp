#include "primitives/primitive.h"

#include <algorithm>

namespace madsearch {

const Knob* Primitive::knob(const std::string& knob_name) const {
  for (const auto& knob : knobs)
    if (knob.name == knob_name) return &knob;
  return nullptr;
}

Settings Primitive::defaults() const {
  Settings out;
  for (const auto& knob : knobs) out.set(knob.name, knob.values.front());
  return out;
}

Settings Primitive::unwritten() const {
  Settings out;
  for (const auto& knob : knobs) out.set(knob.name, knob.before.value_or(knob.values.front()));
  return out;
}

std::string divides(const std::string& name, std::int64_t value, const std::string& total_name, std::int64_t total) {
  if (value > 0 && total % value == 0) return "";
  return name + "=" + std::to_string(value) + " does not divide " + total_name + " " + std::to_string(total);
}

namespace {

std::string number(double value) {
  auto out = std::to_string(value);
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out;
}

std::string words(const Knob& knob) {
  std::string out;
  for (const auto& value : knob.values)
    if (value.is_word()) out += (out.empty() ? "" : ", ") + value.word();
  return out;
}

std::string check_knob(const Knob& knob, const KnobValue& value) {
  const auto listed = words(knob);
  if (value.is_word()) {
    for (const auto& allowed : knob.values)
      if (allowed == value) return "";
    return listed.empty() ? knob.name + " must be a number, not " + value.text()
                          : knob.name + " must be one of " + listed + ", not " + value.text();
  }
  const bool only_words =
      std::all_of(knob.values.begin(), knob.values.end(), [](const KnobValue& v) { return v.is_word(); });
  if (only_words && knob.values.size() > 1) return knob.name + " must be one of " + listed + ", not " + value.text();
  if (knob.share && !value.is_count()) {
    if (value.numerator() > 0 && value.numerator() < value.denominator()) return "";
    return knob.name + " must be a whole number or a fraction of the length between 0 and 1, not " + value.text();
  }
  if (!knob.ratio && !value.is_count()) return knob.name + " must be a whole number, not " + value.text();
  if (value.real() < knob.least || value.real() > knob.most)
    return knob.name + " must be from " + number(knob.least) + " to " + number(knob.most) + ", not " + value.text();
  return "";
}

}  // namespace

std::string check_knobs(const Primitive& primitive, const Settings& set) {
  for (const auto& knob : primitive.knobs) {
    if (!set.has(knob.name)) return primitive.name + " needs the knob " + knob.name;
    if (auto sentence = check_knob(knob, set.at(knob.name)); !sentence.empty()) return primitive.name + ": " + sentence;
  }
  for (const auto& [name, value] : set)
    if (!primitive.knob(name)) return primitive.name + " has no knob \"" + name + "\"";
  return "";
}

}  // namespace madsearch
