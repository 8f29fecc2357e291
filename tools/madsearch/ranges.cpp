#include "ranges.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "configs/text.h"

namespace madsearch {
namespace {

/// `read` gives the number that a text is, or nothing.
template <class Number, class Read>
CLI::Validator between(const std::string& kind, Number least, Number most, Read read) {
  std::ostringstream bounds;
  bounds << least << " to " << most;
  const auto check = [=, range = bounds.str()](const std::string& text) -> std::string {
    const auto value = read(text);
    if (value && *value >= least && *value <= most) return "";
    return "must be " + kind + " from " + range + ", not " + in_quotes(text);
  };
  return {check, "", ""};
}

}  // namespace

CLI::Validator integers(std::int64_t least, std::int64_t most) {
  return between("an integer", least, most, integer_of);
}

CLI::Validator one_of(const std::vector<std::string>& names) {
  const auto place = [names](std::string& word) -> std::string {
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) return "is " + in_quotes(word) + expected_one_of(names, word);
    word = std::to_string(found - names.begin());
    return "";
  };
  return {place, "", ""};
}

CLI::Validator numbers(double least, double most) { return between("a number", least, most, number_of); }

}  // namespace madsearch
