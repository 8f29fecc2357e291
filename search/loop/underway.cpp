#include "search/loop/underway.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace madsearch {

Evaluation Underway::hand_out(Evaluation evaluation) {
  evaluation.number = handed_out_++;
  entries_.push_back({evaluation, std::nullopt});
  return evaluation;
}

void Underway::check(const Measurement& result) const {
  const auto refuse = [&](const std::string& why) {
    throw std::invalid_argument("Evolution::tell: number " + std::to_string(result.number) + " " + why);
  };
  if (result.number >= handed_out_ || result.number < 0) refuse("was not handed out");
  if (result.number < seen_ || entries_[static_cast<std::size_t>(result.number - seen_)].result)
    refuse("was told before");
  if (result.outcome != Outcome::kOk) return;
  const auto count = result.objectives.size();
  if (count == 0) refuse("has no objectives");
  if (objectives_ != 0 && count != objectives_)
    refuse("has " + std::to_string(count) + " objectives, not " + std::to_string(objectives_));
  if (grid_objectives_ != 0 && count != grid_objectives_) refuse("has another number of objectives than the grid");
  const bool finite = std::all_of(result.objectives.begin(), result.objectives.end(),
                                  [](double value) { return std::isfinite(value); });
  if (!finite || std::isnan(result.violation)) refuse("has an objective or a violation that is not a number");
}

void Underway::tell(Measurement result) {
  check(result);
  if (result.outcome == Outcome::kOk)
    objectives_ = result.objectives.size();
  else
    result.objectives.clear();
  auto& entry = entries_[static_cast<std::size_t>(result.number - seen_)];
  entry.result = std::move(result);
}

std::optional<Evaluated> Underway::see() {
  if (entries_.empty() || !entries_.front().result) return std::nullopt;
  Evaluated out{std::move(entries_.front().evaluation), std::move(*entries_.front().result)};
  entries_.pop_front();
  ++seen_;
  return out;
}

}  // namespace madsearch
