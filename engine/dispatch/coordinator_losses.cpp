#include <algorithm>
#include <utility>
#include <vector>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/answers.h"
#include "engine/dispatch/backoff.h"
#include "engine/dispatch/coordinator_impl.h"
#include "engine/dispatch/machinery_error.h"

namespace madsearch {
namespace {

using Clock = SlotClock;
using Kind = WorkerEvent::Kind;

constexpr int start_attempts = 3;  // in a row, before a slot is tried less often, or the command is wrong
constexpr double kUnusable = 600;  // seconds
constexpr int most_excused = 3;    // attempts at a request that were no fault of it

}  // namespace

void Coordinator::Impl::replace(Connection& connection, Mishap mishap) {
  const bool greeted_before = connection.hello.has_value();
  const bool pool = connection.is_pool();
  const bool hung = mishap.kind == Kind::kSilent || mishap.kind == Kind::kOverdue;
  const bool stopped = hung && connection.process->stopped();
  const auto how = mishap.kind == Kind::kDied ? connection.process->how_it_ended() : std::nullopt;
  if (mishap.kind == Kind::kDied) mishap.what = how ? "ended: " + *how : "closed its output";
  if (stopped) mishap.what += ", as it was stopped by a signal";
  // What a pool was asked is not what ended it: it computes nothing itself.
  mishap.excused |= stopped || pool || (mishap.kind == Kind::kDied && paused > 0);
  std::vector<Provenance> provenances;
  for (const auto* slot : connection.slots) provenances.push_back(slot->job ? slot->provenance() : Provenance{});
  const bool busy = connection.busy > 0;
  connection.end();
  if (!greeted_before) return failed_start(connection, mishap.kind, mishap.what);
  connection.slots.front()->lost();
  if (pool) connection.wait(backoff(options.restart_seconds, options.longest_restart_seconds, ++connection.deaths));
  for (std::size_t i = 0; i < provenances.size(); ++i)
    if (connection.slots[i]->job) lose(*connection.slots[i], mishap, provenances[i]);
  if (busy) return;
  if (!pool) connection.wait(options.restart_seconds);
  tell(connection.event(mishap.kind, mishap.what));
}

void Coordinator::Impl::lose(Slot& slot, Mishap mishap, const Provenance& provenance) {
  auto event = slot.event(mishap.kind, mishap.what);
  auto job = slot.take_job();
  if (job.check) return failed_check(slot, event);
  if (job.was_refused()) wait_for_pools(job);
  const bool excused = mishap.excused || (mishap.outcome == Outcome::kTimedOut && job.suspended);
  if (excused && job.excused < most_excused) return excuse(std::move(job), event);
  failed(slot, std::move(job), event,
         {.outcome = mishap.outcome, .reply = std::move(mishap.reply), .provenance = provenance});
}

void Coordinator::Impl::fail(Slot& slot, Mishap mishap) {
  auto& connection = *slot.connection;
  if (!connection.is_pool()) return replace(connection, std::move(mishap));
  slot.lost();
  lose(slot, std::move(mishap), slot.provenance());
}

void Coordinator::Impl::failed_start(Connection& connection, Kind kind, const std::string& what) {
  connection.failed_to_start();
  connection.wait(backoff(options.restart_seconds, options.longest_restart_seconds, connection.failed_starts));
  auto event = connection.event(Kind::kFailedToStart, what);
  const bool came_to_nothing = kind != Kind::kSilent || !connection.pool.elsewhere();  // else it is in a queue perhaps
  if (came_to_nothing) ++failures_before_hello[connection.pool.name];
  if (!greeted && no_pool_starts())
    return give_up<ConfigError>(to_text(event) + "; " + std::to_string(start_attempts) + " starts have failed");
  if (nobody_is_there(Clock::now())) return give_up<MachineryError>(nobody_is_there_after(event));
  event.seldom = connection.failed_starts >= start_attempts;
  auto& first = *connection.slots.front();
  if (!first.seldom) tell(event);
  first.seldom = event.seldom;
  for (const auto* slot : connection.slots) requests.acquit(*slot);
}

void Coordinator::Impl::stuck(Connection& connection) {
  const auto event = connection.event(Kind::kRemark, "can't start again: its former process " +
                                                         std::to_string(connection.leaving->pid()) +
                                                         " was killed and does not end (a driver that hangs?)");
  const auto& all = workforce.connections;
  const bool others_may_start = std::any_of(
      all.begin(), all.end(), [](const Connection& one) { return !one.is_stuck() && one.failed_starts == 0; });
  if (!others_may_start && nobody_is_there(Clock::now())) return give_up<MachineryError>(nobody_is_there_after(event));
  if (std::exchange(connection.told_stuck, true)) return;
  tell(event);
  for (const auto* slot : connection.slots) requests.acquit(*slot);
}

std::string Coordinator::Impl::nobody_is_there_after(const WorkerEvent& last) const {
  return "no worker has started for " + shown("%g s", unusable_seconds()) + "; the last one: " + to_text(last);
}

bool Coordinator::Impl::no_pool_starts() {
  return std::all_of(options.pools.begin(), options.pools.end(),
                     [&](const Pool& pool) { return failures_before_hello[pool.name] >= start_attempts; });
}

bool Coordinator::Impl::nobody_is_there(Clock::time_point now) {
  const bool any =
      std::any_of(workforce.connections.begin(), workforce.connections.end(), [](const Connection& connection) {
        return connection.hello || (connection.starting() && connection.pool.elsewhere());
      });
  if (any) unusable.reset();
  if (!any && !unusable) unusable = now;
  return !any && now >= after(*unusable, unusable_seconds());
}

double Coordinator::Impl::unusable_seconds() const {
  if (options.unusable_seconds > 0) return options.unusable_seconds;
  const bool elsewhere =
      std::any_of(options.pools.begin(), options.pools.end(), [](const Pool& pool) { return pool.elsewhere(); });
  return elsewhere ? kNever : kUnusable;
}

void Coordinator::Impl::excuse(Job job, WorkerEvent& event) {
  event.what += "; what it had to do is begun again";
  tell(event);
  ++job.excused;
  give_back(std::move(job));
}

void Coordinator::Impl::give_back(Job job) {
  attempts.forget(job.id);
  requests.add(std::move(job));
}

void Coordinator::Impl::failed(Slot& slot, Job job, WorkerEvent& event, Failure failure) {
  failure.slot = slot.number;
  failure.successes = slot.health.successes();
  failure.sentence = slot.name() + " " + event.what;
  slot.health.failed(subject_of(job.request));
  slot.wait(backoff(options.restart_seconds, options.longest_restart_seconds, slot.health.setbacks()));
  const auto outcome = failure.outcome;
  health.failed(slot.number, failure.sentence);
  job.failures.push_back(std::move(failure));
  event.request = job.id;
  event.attempt = times(job.failures, outcome);
  event.attempts = options.attempts;
  tell(event);
  if (self.on_failure) {
    self.on_failure(job.id, job.failures.back());
    forget(job);
  } else {
    requests.settle(std::move(job));
  }
  judge();
}

void Coordinator::Impl::failed_check(Slot& slot, WorkerEvent& event) {
  event.what += "; that was a check after other failures";
  slot.health.failed_check();
  slot.wait(backoff(options.restart_seconds, options.longest_restart_seconds, slot.health.setbacks()));
  health.failed(slot.number, slot.name() + " " + event.what);
  event.seldom = true;
  if (!slot.seldom) tell(event);
  slot.seldom = true;
  requests.acquit(slot);
  judge();
}

void Coordinator::Impl::judge() {
  const auto verdict = health.verdict();
  if (!verdict.empty()) give_up<MachineryError>(verdict);
}

}  // namespace madsearch
