#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/dispatch/connection.h"
#include "engine/dispatch/health.h"
#include "engine/dispatch/job.h"
#include "engine/dispatch/messages.h"
#include "engine/dispatch/slot_use.h"
#include "engine/dispatch/worker_event.h"

namespace madsearch {

/// One of the requests that a connection can compute at once. Its coordinator decides what becomes of it; a slot knows
/// what it does and since when.
class Slot {
 public:
  Slot(std::size_t number, Connection& connection) : number(number), connection(&connection) {}

  std::size_t number;  // 1, 2, ... in events
  Connection* connection;
  std::optional<Job> job;
  std::int64_t attempt = 0;         // at the job: a number that no other attempt of the coordinator has
  SlotClock::time_point next_turn;  // to be given something, not before
  bool seldom = false;              // tried less and less often, and that was said
  SlotHealth health;

  /// May have something to do before long: who knows when a worker comes elsewhere.
  bool usable(SlotClock::time_point now) const;
  /// Could be given something at once.
  bool idle(SlotClock::time_point now) const { return !job && connection->idle() > 0 && now >= next_turn; }

  /// Sends the job.
  void give(Job next, std::int64_t token);
  /// The job has begun to be computed, only now perhaps.
  void started(const Started& where);
  bool has_started() const { return started_; }
  Started where() const;  // the job is computed. Precondition: it has started
  /// Seconds from the job's beginning to when it is overdue, 0 for never.
  void limit(double seconds) { limit_ = seconds; }
  double job_seconds() const;  // since the job began
  bool overdue(SlotClock::time_point now) const { return now >= due(); }
  /// When the job is overdue, or it is that it has not begun.
  SlotClock::time_point due() const;
  /// What goes on has begun so many seconds later: nobody could do anything in that time.
  void shift(double seconds);
  /// Its job is answered or lost.
  Job take_job();
  void lost() { ++use_.losses[host()]; }  // its worker, after it was greeted
  /// It gets nothing to do for `delay` seconds.
  void wait(double delay);
  void measured(const Memory& memory);
  Provenance provenance() const;  // of an answer that comes now. Precondition: a job

  WorkerEvent event(WorkerEvent::Kind kind, std::string what) const;
  std::string name() const { return event(WorkerEvent::Kind::kRemark, "").name(); }
  SlotUse use(SlotClock::time_point now) const;      // with what goes on now
  std::optional<std::int64_t> memory_bytes() const;  // that its worker says it may take; a pool doesn't say

  const std::string& host() const { return host_.empty() ? connection->host : host_; }

 private:
  SlotClock::time_point made_ = SlotClock::now();
  SlotClock::time_point began_;  // the job
  bool started_ = false;
  double limit_ = 0;
  std::string host_;    // that computes the job in a pool
  std::string device_;  // the same
  std::string processor_;
  std::chrono::system_clock::time_point job_given_;
  SlotClock::time_point last_answer_;
  SlotUse use_;  // without what goes on now
};

}  // namespace madsearch
