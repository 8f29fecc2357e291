#include <algorithm>
#include <system_error>
#include <utility>

#include "engine/dispatch/check_training.h"
#include "engine/dispatch/coordinator_impl.h"
#include "engine/dispatch/time_limit.h"

namespace madsearch {
namespace {

using Clock = SlotClock;

}  // namespace

void Coordinator::Impl::distribute(Clock::time_point now) {
  distributed = now;
  for (auto& slot : workforce.slots)
    if (slot.idle(now)) employ(slot, now);
  start_workers(now);
}

void Coordinator::Impl::employ(Slot& slot, Clock::time_point now) {
  const bool witness = requests.is_witness(slot);
  if (slot.health.needs_check() && (requests.queued() > 0 || witness)) return give_check(slot);
  if (auto next = requests.take_for(slot, now)) return launch(slot, std::move(*next));
  if (witness) give_check(slot);
}

void Coordinator::Impl::start_workers(Clock::time_point now) {
  start_due = Clock::time_point::max();
  for (const bool elsewhere : {false, true}) start_workers(now, elsewhere);
}

void Coordinator::Impl::start_workers(Clock::time_point now, bool elsewhere) {
  auto& all = workforce.connections;
  const auto starting = std::count_if(all.begin(), all.end(), [&](const Connection& connection) {
    return connection.starting() && (elsewhere || !connection.pool.elsewhere());
  });
  auto wanted = static_cast<std::ptrdiff_t>(requests.queued()) - starting;
  for (auto& connection : all) {
    if (connection.pool.elsewhere() != elsewhere || connection.process || connection.leaving || trouble) continue;
    if (!is_wanted(connection, wanted > 0, now)) continue;
    --wanted;
    const auto due = std::max(connection.next_start, next_turn(connection));
    if (now < due)
      start_due = std::min(start_due, due);
    else
      start(connection);
  }
}

bool Coordinator::Impl::is_wanted(const Connection& connection, bool more_are, Clock::time_point now) const {
  const auto& own = connection.slots;
  return options.eager || std::any_of(own.begin(), own.end(), [&](const Slot* slot) {
           return (more_are && requests.has_one_for(*slot, now)) || requests.is_witness(*slot);
         });
}

Clock::time_point Coordinator::Impl::next_turn(const Connection& connection) {
  auto out = Clock::time_point::max();
  for (const auto* slot : connection.slots) out = std::min(out, slot->next_turn);
  return out;
}

void Coordinator::Impl::start(Connection& connection) {
  try {
    connection.start(options.farewell, mps.environment());
    watchdog.watch(connection.process->pid());
  } catch (const std::system_error& error) {  // too many processes or descriptors, no memory
    failed_start(connection, WorkerEvent::Kind::kDied, error.what());
    start_due = std::min(start_due, connection.next_start);
  }
}

void Coordinator::Impl::launch(Slot& slot, Job job) {
  const auto earlier = attempts.begin(job.id) - 1;
  if (!job.begun && earlier > 0) {
    const Failure of_earlier{.sentence = "an earlier session's worker did not answer"};
    job.failures.insert(job.failures.end(), std::min<std::int64_t>(earlier, options.attempts - 1), of_earlier);
  }
  job.begun = true;
  job.suspended = false;
  slot.give(std::move(job), ++last_attempt);
  limit(slot);
}

void Coordinator::Impl::give_check(Slot& slot) {
  Job job;
  job.check = true;
  job.request = check_training();
  job.id = id_of(job.request);
  slot.give(std::move(job), ++last_attempt);
  slot.limit(options.check_seconds);
}

void Coordinator::Impl::limit(Slot& slot) {
  const auto& job = *slot.job;
  if (job.check) return;
  const auto most = time_limit(job.request, job.cost, guard);
  slot.limit(most > 0 ? most + slot.connection->pool.beginning_seconds() : 0);
}

}  // namespace madsearch
