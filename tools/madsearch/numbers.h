#pragma once
#include <cstdint>
#include <string>

namespace madsearch {

/// Digits in groups of three: "12 345".
std::string grouped(std::int64_t value);

/// A number of things: "1 seed set", "2 seed sets". `thing` makes its plural with an s.
std::string counted(std::int64_t number, const std::string& thing);

}  // namespace madsearch
