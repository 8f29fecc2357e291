#include "engine/dispatch/failure.h"

#include <algorithm>
#include <utility>

#include "configs/text.h"

namespace madsearch {

std::int64_t times(const std::vector<Failure>& failures, Outcome outcome) {
  return std::count_if(failures.begin(), failures.end(),
                       [&](const Failure& failure) { return failure.counts && failure.outcome == outcome; });
}

std::optional<Outcome> repeated(const std::vector<Failure>& failures, std::int64_t attempts) {
  for (const auto& failure : failures)
    if (times(failures, failure.outcome) >= attempts) return failure.outcome;
  return {};
}

std::string reasons(const std::vector<Failure>& failures) {
  std::vector<std::pair<std::string, int>> counted;
  for (const auto& failure : failures) {
    const auto same = std::find_if(counted.begin(), counted.end(),
                                   [&](const auto& other) { return other.first == failure.sentence; });
    if (same == counted.end())
      counted.emplace_back(failure.sentence, 1);
    else
      ++same->second;
  }
  std::vector<std::string> out;
  for (const auto& [sentence, count] : counted)
    out.push_back(count == 1 ? sentence : sentence + ", " + std::to_string(count) + " times");
  return printable(joined(out, "; "));
}

}  // namespace madsearch
