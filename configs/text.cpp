#include "configs/text.h"

#include <cstdio>

#include "configs/errors.h"

namespace madsearch {

std::string hexadecimal(std::uint64_t value) {
  char out[17];
  std::snprintf(out, sizeof out, "%016llx", static_cast<unsigned long long>(value));
  return out;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (const auto& word : words) {
    if (!out.empty()) out += separator;
    out += word;
  }
  return out;
}

std::string expected_one_of(const std::vector<std::string>& known, std::string_view word) {
  return "\n  expected one of: " + joined(known) + did_you_mean(word, known);
}

}  // namespace madsearch
