#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/dispatch/health.h"
#include "engine/dispatch/job.h"
#include "engine/dispatch/messages.h"
#include "engine/dispatch/process.h"
#include "engine/dispatch/slot_use.h"
#include "engine/dispatch/worker_event.h"
#include "engine/dispatch/worker_options.h"

namespace madsearch {

using SlotClock = std::chrono::steady_clock;

double seconds_of(SlotClock::duration time);
/// `seconds` later; some years at most.
SlotClock::time_point after(SlotClock::time_point from, double seconds);

/// A slot of a device and the process that serves it now, if any. Its coordinator decides what becomes of it; a slot
/// knows what it does and since when.
class Slot {
 public:
  std::size_t number = 0;  // 1, 2, ... in events
  Pool pool;
  std::string device;  // of this machine; of a slot elsewhere the pool's name
  std::unique_ptr<Process> process;
  std::unique_ptr<Process> leaving;  // a former one, which may hold the device until it has ended
  std::optional<Hello> hello;
  std::optional<Job> job;
  std::optional<SlotClock::time_point> unanswered;  // since when it owes us a line
  SlotClock::time_point next_ping;
  SlotClock::time_point next_start;  // of a process, not before
  int failed_starts = 0;             // in a row
  int remarks = 0;                   // about its process
  bool seldom = false;               // tried less and less often, and that was said
  SlotHealth health;

  /// Has a worker, or may have one before long: who knows when one comes elsewhere.
  bool usable(SlotClock::time_point now) const {
    return pool.elsewhere() ? hello.has_value() : process || leaving || now >= next_start;
  }
  bool idle() const { return hello && !job; }
  bool starting() const { return process && !hello; }

  /// `on_gpu` is added to the environment of a worker on a GPU. Precondition: no process, and none that is leaving.
  /// Throws std::system_error if none can be made.
  void start(Farewell farewell, const std::map<std::string, std::string>& on_gpu);
  void greeted(Hello said);
  void lost();  // its worker, after it was greeted
  void failed_to_start();
  /// The next process starts in `delay` seconds at the earliest.
  void wait(double delay);
  /// The process leaves; the next may start once it is gone.
  void end();

  /// Sends the job.
  void give(Job next);
  /// Seconds from the job's beginning to when it is overdue, 0 for never.
  void limit(double seconds);
  double job_seconds() const;  // since the job began
  /// What is due, and what goes on, is so many seconds later: nobody could do anything in that time.
  void shift(double seconds);
  void ping();
  /// Its job is answered or lost.
  Job take_job();
  void measured(const Memory& memory);
  Provenance provenance() const;  // of an answer that comes now. Precondition: a job

  double patience() const { return hello ? pool.silence_seconds : pool.start_seconds; }
  bool silent(SlotClock::time_point now) const;
  bool overdue(SlotClock::time_point now) const { return now >= job_limit_; }
  /// When something has to be done about it without a line arriving. Precondition: a process.
  SlotClock::time_point next_due() const;

  WorkerEvent event(WorkerEvent::Kind kind, std::string what) const;
  std::string name() const { return event(WorkerEvent::Kind::kRemark, "").name(); }
  /// With what goes on now. `made`: since when there is the slot.
  SlotUse use(SlotClock::time_point made, SlotClock::time_point now) const;

 private:
  SlotClock::time_point job_limit_ = SlotClock::time_point::max();
  SlotClock::time_point began_;  // of the process, then of the job
  std::chrono::system_clock::time_point job_given_;
  SlotClock::time_point last_answer_;
  std::string host_;  // of the last process that said hello
  SlotUse use_;       // without what goes on now
};

/// All slots of these options, those of this machine first, and of them the first ones on different devices. Throws
/// std::invalid_argument without a pool, a slot or an attempt, ConfigError for a device that can't be.
std::vector<Slot> slots_of(const WorkerOptions& options);

}  // namespace madsearch
