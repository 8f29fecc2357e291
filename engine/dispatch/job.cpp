#include "engine/dispatch/job.h"

#include <algorithm>
#include <tuple>

namespace madsearch {

bool Job::operator<(const Job& other) const {
  return std::tuple(turn, -cost, number) < std::tuple(other.turn, -other.cost, other.number);
}

bool Job::failed_on(std::size_t slot) const {
  return std::any_of(failures.begin(), failures.end(), [&](const Failure& failure) { return failure.slot == slot; });
}

}  // namespace madsearch
