#pragma once
#include <cmath>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "configs/text.h"
#include "results/fields.h"

namespace madsearch {

inline std::string field_text(const std::string& value) { return value; }
inline std::string field_text(bool value) { return value ? "yes" : "no"; }
inline std::string field_text(std::int64_t value) { return std::to_string(value); }
inline std::string field_text(Outcome value) { return to_text(value); }
inline std::string field_text(Rung value) { return to_text(value); }
inline std::string field_text(const std::vector<std::string>& value) { return joined(value, " "); }
inline std::string field_text(double value) {
  std::ostringstream out;
  out.precision(12);  // sums in another order differ beyond
  out << value;
  return out.str();
}
template <class T>
std::string field_text(const std::optional<T>& value) {
  return value ? field_text(*value) : "none";
}

/// The fields of a stored record that are not as they should be: "state_exact is 3, but must be 4".
template <class Stored>
std::vector<std::string> wrong_fields(const Stored& stored, const Stored& right) {
  std::vector<std::pair<std::string, std::string>> expected;
  fields(right, [&](const char* name, const auto& value) { expected.emplace_back(name, field_text(value)); });
  std::vector<std::string> out;
  std::size_t i = 0;
  fields(stored, [&](const char*, const auto& value) {
    const auto& [name, wanted] = expected[i++];
    if (const auto found = field_text(value); found != wanted)
      out.push_back(name + " is " + printable(found, 200) + ", but must be " + printable(wanted, 200));
  });
  return out;
}

}  // namespace madsearch
