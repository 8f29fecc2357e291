#include "search/loop/resampling.h"

namespace madsearch {
namespace {

constexpr std::int64_t kMostExtraSets = 3;  // of a member: with the search's own it is measured on four at most

}  // namespace

void Resampling::bred(std::size_t member, std::int64_t children) {
  if (after_ == 0) return;
  auto& sets = asked_[member];
  if (sets >= kMostExtraSets || children < after_ * (sets + 1)) return;
  ++sets;
  requests_.push_back({member, sets});
}

std::optional<Resampling::Request> Resampling::take() {
  if (requests_.empty()) return std::nullopt;
  const auto out = requests_.front();
  requests_.pop_front();
  return out;
}

}  // namespace madsearch
