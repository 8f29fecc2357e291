#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace madsearch {

/// 16 hexadecimal digits, as hashes are written.
std::string hexadecimal(std::uint64_t value);

/// "a, b, c"
std::string joined(const std::vector<std::string>& words, std::string_view separator = ", ");

/// What stands under an error for a word that is none of `known`: the line "\n  expected one of: a, b, c" and, where
/// one of them is near, the line of did_you_mean.
std::string expected_one_of(const std::vector<std::string>& known, std::string_view word);

}  // namespace madsearch
