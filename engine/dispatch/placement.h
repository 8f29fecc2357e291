#pragma once
#include <deque>
#include <optional>

#include "engine/dispatch/job.h"
#include "engine/dispatch/slot.h"

namespace madsearch {

/// May the slot compute the job? One that has failed goes to another slot whose last request did not fail, if there is
/// one, and waits for it if it is busy; else to any other slot; and only if none of them can be used to one that it has
/// failed on. One that was refused for want of memory goes to a slot of more, if there is one.
bool may_take(const std::deque<Slot>& slots, const Slot& slot, const Job& job, SlotClock::time_point now);

/// The outcome that the job comes to: one that it had `attempts` times, each time on a slot that worked right after. So
/// it is not the slots' fault. Nothing as long as that isn't known.
std::optional<Outcome> proven(const std::deque<Slot>& slots, const Job& job, std::int64_t attempts);

/// Is there a slot, at work perhaps, that may have more memory than those that have refused the job? Also one at a
/// pretraining, for a day, one of this machine that waits to start again, unless it is tried seldom by now, and one
/// elsewhere, as long as the job waits for it: whether a design has room is not to depend on what else goes on.
bool has_more_memory(const std::deque<Slot>& slots, const Job& job, SlotClock::time_point now);

/// Would a success of the slot tell more about the job's failures?
bool is_witness(const Slot& slot, const Job& job);

/// The slot fails by itself: the job's failures there count no longer, unless it has worked since.
void acquit(const Slot& slot, Job& job);

}  // namespace madsearch
