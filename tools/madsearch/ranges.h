#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class Validator;
}

// What the numbers of a command line may be. They are read as those of a configuration are (configs/text.h): "010" is
// no integer, "nan" no number.
namespace madsearch {

CLI::Validator integers(std::int64_t least, std::int64_t most);
CLI::Validator numbers(double least, double most);
/// One of `names`, of which the option gets the place: 0, 1, ...; for an enum that lists them in this order.
CLI::Validator one_of(const std::vector<std::string>& names);

inline constexpr std::int64_t kMostSteps = 100'000'000;  // as in a battery
inline constexpr std::int64_t kMostBatch = 65'536;
inline constexpr std::int64_t kMostSeed = INT64_MAX;

}  // namespace madsearch
