#include "numbers.h"

#include <cstddef>

namespace madsearch {

std::string grouped(std::int64_t value) {
  auto out = std::to_string(value);
  const std::ptrdiff_t first_digit = value < 0 ? 1 : 0;
  for (auto i = static_cast<std::ptrdiff_t>(out.size()) - 3; i > first_digit; i -= 3)
    out.insert(static_cast<std::size_t>(i), 1, ' ');
  return out;
}

std::string counted(std::int64_t number, const std::string& thing) {
  return std::to_string(number) + " " + thing + (number == 1 ? "" : "s");
}

}  // namespace madsearch
