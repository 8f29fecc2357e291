#pragma once
#include <cstdint>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "engine/dispatch/coordinator.h"
#include "engine/dispatch/failure.h"
#include "engine/dispatch/guard.h"
#include "engine/dispatch/hang_guard.h"
#include "engine/dispatch/health.h"
#include "engine/dispatch/mps.h"
#include "engine/dispatch/pauses.h"
#include "engine/dispatch/requests.h"
#include "engine/dispatch/workforce.h"

namespace madsearch {

/// What befell a worker or an attempt.
struct Mishap {
  WorkerEvent::Kind kind = WorkerEvent::Kind::kDied;
  std::string what;
  Outcome outcome = Outcome::kLost;
  std::optional<Reply> reply = {};
  bool excused = false;  // nothing is known of the request, unless that happens too often
};

/// What a coordinator is. Its parts: coordinator.cpp (time), coordinator_work.cpp (who computes what),
/// coordinator_words.cpp (what workers say), coordinator_losses.cpp (what befalls them).
struct Coordinator::Impl {
  Coordinator& self;
  Mps mps;  // outlives the workers
  WorkerOptions options;
  Attempts attempts;
  Workforce workforce{options};
  Guard watchdog{options.farewell};
  Health health{workforce.slots.size()};
  Requests requests{workforce, health, options.attempts};
  std::exception_ptr trouble;     // why there will be no more answers
  std::int64_t submitted = 0;     // requests
  std::int64_t last_attempt = 0;  // its number
  HangGuard guard;
  Pauses pauses{options.pause_seconds};
  double paused = 0;                                 // seconds, right before what is heard now
  bool greeted = false;                              // some worker has said hello
  bool other_revision = false;                       // some worker is of another revision, and that was said
  std::map<std::string, int> failures_before_hello;  // by pool
  std::map<std::string, std::string> computers;      // what workers compute with, and the first that said so
  std::set<std::string> shared;                      // GPUs of several workers, of whose memory was spoken
  std::optional<SlotClock::time_point> unusable;     // since when no worker starts
  SlotClock::time_point distributed;                 // when something was last given to what was idle then
  SlotClock::time_point start_due = SlotClock::time_point::max();  // when a slot that failed is tried again
  void tell(const WorkerEvent& event) const;
  template <class Error>
  void give_up(const std::string& sentence) {
    std::string commands;
    for (const auto& pool : options.pools) commands += "\nits command: " + pool.command;
    if (!trouble) trouble = std::make_exception_ptr(Error(sentence + commands));
  }
  std::int64_t under_way() const;

  // Who computes what.

  /// Gives waiting requests to idle workers and starts workers if there are fewer than requests.
  void distribute(SlotClock::time_point now);
  void employ(Slot& slot, SlotClock::time_point now);
  void start_workers(SlotClock::time_point now);
  /// Those of this machine do not wait for what is starting elsewhere, which may take hours.
  void start_workers(SlotClock::time_point now, bool elsewhere);
  bool is_wanted(const Connection& connection, bool more_are, SlotClock::time_point now) const;
  static SlotClock::time_point next_turn(const Connection& connection);
  void start(Connection& connection);
  void launch(Slot& slot, Job job);
  void give_check(Slot& slot);
  /// A worker keeps a training's limit itself, unless it is stuck; then it has as long again as it may be silent, or
  /// as others may if it may be so for ever.
  void limit(Slot& slot);

  // What befalls a worker.

  /// The process has ended, or is ended now because of what befell it, which is the failure of all that it was at.
  void replace(Connection& connection, Mishap mishap);
  /// What the slot was at is lost, or has failed.
  void lose(Slot& slot, Mishap mishap, const Provenance& provenance);
  /// The slot's attempt has failed. A worker ends with it, as the failure may stay with its process; a pool sees to
  /// that itself.
  void fail(Slot& slot, Mishap mishap);
  void failed_start(Connection& connection, WorkerEvent::Kind kind, const std::string& what);
  /// Its former process can't be ended, so that no other starts: what failed there before is tried elsewhere.
  void stuck(Connection& connection);
  bool no_pool_starts();
  /// True once that is so for too long. Who waits in a queue will be there.
  bool nobody_is_there(SlotClock::time_point now);
  std::string nobody_is_there_after(const WorkerEvent& last) const;
  double unusable_seconds() const;
  /// Its process or ours was suspended, or its pool died, so nothing is known of the request.
  void excuse(Job job, WorkerEvent& event);
  /// Nothing of it was computed.
  void give_back(Job job);
  void failed(Slot& slot, Job job, WorkerEvent& event, Failure failure);
  /// The slot is at fault: what failed there before was none of the requests' doing perhaps.
  void failed_check(Slot& slot, WorkerEvent& event);
  void judge();

  // What a worker says.

  void remark(Slot& slot, std::string what);
  /// It says what nobody asked.
  void object(Connection& connection, std::string what);
  void hear(Connection& connection, const std::string& text);
  void hear(Connection& connection, const Slots& said);
  void hear_of_an_attempt(Connection& connection, MessageLine& line);
  /// The slot that is at this attempt; none if that is over or never was.
  static Slot* at(const Connection& connection, std::int64_t attempt);
  /// Of an attempt that is over, or never was.
  void hear_late(Connection& connection, const MessageLine& line);
  void hear(Slot& slot, const Started& started);
  void hear(Slot& slot, const Memory& memory) const;
  void hear(const Slot& slot, const Progress& progress) const;
  /// What was never begun has not failed; but the slot is not asked again at once.
  void hear(Slot& slot, const Lost& lost);
  void hear(Slot& slot, Reply reply);
  void greet(Connection& connection, Hello hello);
  /// Other processors and devices round in other ways.
  void remark_on_computer(Slot& slot, const std::string& computer);
  /// How much each of several workers on a GPU may take.
  void remark_on_memory(const Connection& connection, const Hello& hello);
  /// The worker has too little memory for the job, and has not tried it: no failure, and the same elsewhere unless a
  /// worker there has more.
  void refused(Slot& slot, Reply answer);
  /// Pools elsewhere that have no slots may hold it: it waits for them as long as an attempt may wait to begin.
  void wait_for_pools(Job& job) const;
  /// The job has its result.
  void finish(Slot& slot, Reply answer);
  void set_limits();
  /// Ends what the slot is at, which nobody waits for any more.
  void call_off(Slot& slot);

  // Time.

  void check_time(Connection& connection, SlotClock::time_point now);
  void overdue(Slot& slot);
  /// When something is due without a line arriving.
  SlotClock::time_point next_due(SlotClock::time_point now) const;
  void see_off(Connection& connection);
  /// All workers at once.
  void end_workers();
  /// Sleeps until a worker says something, `descriptor` has something or `until`. False if a signal came first.
  bool sleep(SlotClock::time_point until, int descriptor) const;
  void listen(Connection& connection);
  /// Waits for lines until `deadline`, handles what there is. False if a signal came first.
  bool pump(SlotClock::time_point deadline, int descriptor);
  void shift(double seconds);
  /// Nobody will know what became of it.
  void forget(const Job& job) const;
  void cancel(const std::string& id);
};

}  // namespace madsearch
