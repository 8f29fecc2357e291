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

/// What the slot's worker may take, or will before it is there: as much as another one of its kind.
std::optional<std::int64_t> memory_of(const std::deque<Slot>& slots, const Slot& slot) {
  const auto& own = *slot.connection;
  if (own.hello || own.pool.elsewhere()) return slot.memory_bytes();
  for (const auto& other : slots)
    if (other.connection->pool.command == own.pool.command && other.connection->device == own.device)
      if (const auto bytes = other.memory_bytes()) return bytes;
  return {};
}

/// Whether the slot may have the memory for which others have refused the job.
bool may_hold(const std::deque<Slot>& slots, const Slot& slot, const Job& job) {
  if (const auto bytes = memory_of(slots, slot)) return *bytes > job.needs_above;
  return !job.refused_by.contains(slot.connection->number);
}

}  // namespace

bool may_take(const std::deque<Slot>& slots, const Slot& slot, const Job& job, SlotClock::time_point now) {
  const bool choosy = job.was_refused() && has_more_memory(slots, job, now);
  const auto holds = [&](const Slot& one) { return !choosy || may_hold(slots, one, job); };
  if (!holds(slot)) return false;
  if (job.failures.empty()) return true;
  const auto own = rank(slot, job);
  return std::none_of(slots.begin(), slots.end(),
                      [&](const Slot& other) { return is_near(other, now) && rank(other, job) < own && holds(other); });
}

std::optional<Outcome> proven(const std::deque<Slot>& slots, const Job& job, std::int64_t attempts) {
  std::vector<Failure> out;
  for (const auto& failure : job.failures)
    if (worked_after(slots, failure)) out.push_back(failure);
  return repeated(out, attempts);
}

bool has_more_memory(const std::deque<Slot>& slots, const Job& job, SlotClock::time_point now) {
  const auto comes = [&](const Slot& slot) {
    const auto& own = *slot.connection;
    if (own.pool.elsewhere()) return own.offered > 0 || now < job.waits_until;
    return slot.usable(now) || !(slot.seldom || own.slots.front()->seldom || own.is_stuck());
  };
  return std::any_of(slots.begin(), slots.end(),
                     [&](const Slot& slot) { return comes(slot) && may_hold(slots, slot, job); });
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
