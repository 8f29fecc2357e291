#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/dispatch/messages.h"
#include "engine/dispatch/process.h"
#include "engine/dispatch/slot_use.h"
#include "engine/dispatch/worker_event.h"

namespace madsearch {

using SlotClock = std::chrono::steady_clock;

double seconds_of(SlotClock::duration time);
/// `seconds` later; some years at most.
SlotClock::time_point after(SlotClock::time_point from, double seconds);

/// A request and its place in the queue.
struct Job {
  Request request;
  std::string id;
  std::int64_t turn = 0;
  double cost = 0;
  std::int64_t number = 0;  // of its submission; kept when it is tried again
  std::int64_t attempt = 0;
  bool operator<(const Job& other) const;  // goes first
};

/// How long a worker may be silent, in seconds.
struct Patience {
  double start = 0;    // until its hello
  double silence = 0;  // between any two lines after it
};

/// A slot of a device and the process that serves it now, if any. Its coordinator decides what becomes of it; a slot
/// knows what it does and since when.
class Slot {
 public:
  std::size_t number = 0;  // 1, 2, ... in events
  std::string device;
  std::unique_ptr<Process> process;
  std::optional<Hello> hello;
  std::optional<Job> job;
  std::optional<SlotClock::time_point> unanswered;  // since when it owes us a line
  SlotClock::time_point next_ping;
  SlotClock::time_point next_start;  // not before, after a start that failed
  int failed_starts = 0;             // in a row
  bool given_up = false;

  bool idle() const { return hello && !job; }
  bool starting() const { return process && !hello; }

  void start(const std::string& command);  // precondition: no process
  void greeted(Hello said);
  void failed_to_start(double delay);  // seconds until the next start
  /// Ends the process; says how it ended.
  std::string end();

  /// Sends the job. `limit`: seconds after which it is overdue, 0 for none.
  void give(Job next, double limit);
  void ping(const Patience& patience);
  /// Its job is answered or lost.
  Job take_job();
  void measure_memory();
  Provenance provenance() const;  // of an answer that comes now. Precondition: a job

  double patience(const Patience& all) const { return hello ? all.silence : all.start; }
  bool silent(const Patience& all, SlotClock::time_point now) const;
  bool overdue(SlotClock::time_point now) const { return now >= job_limit_; }
  /// When something has to be done about it without a line arriving. Precondition: a process.
  SlotClock::time_point next_due(const Patience& all) const;

  WorkerEvent event(WorkerEvent::Kind kind, std::string what) const;
  std::string name() const { return "worker " + std::to_string(number) + " (" + device + ")"; }
  /// With what goes on now. `made`: since when there is the slot.
  SlotUse use(SlotClock::time_point made, SlotClock::time_point now) const;

 private:
  SlotClock::time_point job_limit_ = SlotClock::time_point::max();
  SlotClock::time_point began_;  // of the process, then of the job
  std::chrono::system_clock::time_point job_given_;
  SlotClock::time_point last_answer_;
  SlotUse use_;  // without what goes on now
};

}  // namespace madsearch
