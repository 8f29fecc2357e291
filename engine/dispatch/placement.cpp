#include "engine/dispatch/placement.h"

#include <algorithm>
#include <vector>

namespace madsearch {
namespace {

/// The lower the better.
int rank(const Slot& slot, const Job& job) {
  if (job.failed_on(slot.number)) return 2;
  return slot.health.clean() ? 0 : 1;
}

/// Can the slot be had now or before long? A pretraining may take a day.
bool is_near(const Slot& slot, SlotClock::time_point now) {
  return slot.usable(now) && !(slot.job && std::holds_alternative<PretrainRequest>(slot.job->request));
}

/// Whether the slot of the failure worked after it. An attempt of an earlier session is taken as that session took it.
bool worked_after(const std::deque<Slot>& slots, const Failure& failure) {
  return failure.slot == 0 || slots[failure.slot - 1].health.successes() > failure.successes;
}

}  // namespace

bool may_take(const std::deque<Slot>& slots, const Slot& slot, const Job& job, SlotClock::time_point now) {
  if (job.needs_above > 0 && slot.memory_bytes() <= job.needs_above && has_more_memory(slots, job, now)) return false;
  if (job.failures.empty()) return true;
  const auto own = rank(slot, job);
  return std::none_of(slots.begin(), slots.end(),
                      [&](const Slot& other) { return is_near(other, now) && rank(other, job) < own; });
}

std::optional<Outcome> proven(const std::deque<Slot>& slots, const Job& job, std::int64_t attempts) {
  std::vector<Failure> out;
  for (const auto& failure : job.failures)
    if (worked_after(slots, failure)) out.push_back(failure);
  return repeated(out, attempts);
}

bool has_more_memory(const std::deque<Slot>& slots, const Job& job, SlotClock::time_point now) {
  return std::any_of(slots.begin(), slots.end(),
                     [&](const Slot& slot) { return slot.usable(now) && slot.memory_bytes() > job.needs_above; });
}

void acquit(const Slot& slot, Job& job) {
  for (auto& failure : job.failures)
    if (failure.slot == slot.number && slot.health.successes() <= failure.successes) failure.counts = false;
}

bool is_witness(const Slot& slot, const Job& job) {
  return std::any_of(job.failures.begin(), job.failures.end(), [&](const Failure& failure) {
    return failure.counts && failure.slot == slot.number && slot.health.successes() <= failure.successes;
  });
}

}  // namespace madsearch
