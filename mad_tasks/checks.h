#pragma once
#include <cmath>
#include <initializer_list>
#include <string>

#include "mad_tasks/task.h"

namespace madsearch {

// What Task::valid is made of. Each returns "" or a sentence that ends in all values, and throws std::invalid_argument
// for a setting that is missing.

/// Whether a setting is an integer of at least `least`, and at most 2^30.
inline std::string at_least(const TaskValues& values, const std::string& name, std::int64_t least) {
  const double value = values.real(name);
  const auto ok = value == std::floor(value) && value >= static_cast<double>(least) && value <= 0x1p30;
  return ok ? "" : name + " must be an integer of at least " + std::to_string(least) + ": " + values.text();
}
inline std::string even(const TaskValues& values, const std::string& name) {
  return std::fmod(values.real(name), 2) == 0 ? "" : name + " must be even: " + values.text();
}
inline std::string yes_or_no(const TaskValues& values, const std::string& name) {
  return values.real(name) == 0 || values.real(name) == 1 ? "" : name + " must be 0 or 1: " + values.text();
}

/// The first that isn't "", or "".
inline std::string first_of(std::initializer_list<std::string> reasons) {
  for (const auto& reason : reasons)
    if (!reason.empty()) return reason;
  return "";
}

}  // namespace madsearch
