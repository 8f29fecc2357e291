#include "engine/dispatch/job.h"

#include <algorithm>
#include <tuple>

#include "engine/dispatch/answers.h"

namespace madsearch {

bool Job::operator<(const Job& other) const {
  return std::tuple(turn, -cost, number) < std::tuple(other.turn, -other.cost, other.number);
}

bool Job::failed_on(std::size_t slot) const {
  return std::any_of(failures.begin(), failures.end(), [&](const Failure& failure) { return failure.slot == slot; });
}

Reply answer_without_result(const Job& job, Outcome outcome) {
  const auto why = reasons(job.failures);
  for (auto failure = job.failures.rbegin(); failure != job.failures.rend(); ++failure) {
    if (failure->outcome != outcome || !failure->reply || std::holds_alternative<ErrorReply>(*failure->reply)) continue;
    auto out = *failure->reply;
    set_message(out, why);
    return out;
  }
  auto out = without_result(job.request, outcome, why);
  set_provenance(out, job.failures.back().provenance);
  return out;
}

}  // namespace madsearch
