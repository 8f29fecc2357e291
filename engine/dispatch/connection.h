#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/dispatch/messages.h"
#include "engine/dispatch/pool.h"
#include "engine/dispatch/process.h"
#include "engine/dispatch/worker_event.h"

namespace madsearch {

using SlotClock = std::chrono::steady_clock;

double seconds_of(SlotClock::duration time);
/// `seconds` later; some years at most.
SlotClock::time_point after(SlotClock::time_point from, double seconds);

class Slot;

/// A command, the process that it is now, if any, and the pipes to it. The process is a worker, which is one slot, or a
/// pool, whose slots come and go. Its coordinator decides what becomes of it.
class Connection {
 public:
  std::size_t number = 0;  // of its first slot
  Pool pool;
  std::string device;        // of this machine; of one elsewhere the pool's name
  std::int64_t sharers = 1;  // of a GPU of this machine: all workers on it
  std::vector<Slot*> slots;  // as many as it ever had, one at least
  std::unique_ptr<Process> process;
  std::unique_ptr<Process> leaving;  // a former one, which may hold the device until it has ended
  bool told_stuck = false;           // of that one
  std::optional<Hello> hello;
  std::string host;                                 // of the last process that said hello
  std::optional<SlotClock::time_point> unanswered;  // since when it owes us a line
  SlotClock::time_point next_ping;
  SlotClock::time_point next_start;  // of a process, not before
  int failed_starts = 0;             // in a row
  int deaths = 0;                    // of a pool, since it last gave a result
  int remarks = 0;                   // about what nobody asked, since it last gave what was asked
  std::int64_t offered = 0;          // slots that it has now
  std::int64_t busy = 0;             // slots that have a job
  std::set<std::int64_t> cancelled;  // attempts of a pool of which it may still say something

  bool is_pool() const { return hello && hello->slots != 1; }
  bool starting() const { return process && !hello; }
  bool is_stuck() const { return leaving && leaving->is_stuck(); }
  std::int64_t idle() const { return offered > busy ? offered - busy : 0; }

  bool on_own_gpu() const { return !pool.elsewhere() && device != "cpu"; }

  /// `on_gpu` is added to the environment of a worker on a GPU. Precondition: no process, and none that is leaving.
  /// Throws std::system_error if none can be made.
  void start(Farewell farewell, const std::map<std::string, std::string>& on_gpu);
  void greeted(Hello said);
  void failed_to_start();
  /// The next process starts in `delay` seconds at the earliest.
  void wait(double delay);
  /// The process leaves; the next may start once it is gone.
  void end();
  /// What is due is so many seconds later: nobody could do anything in that time.
  void shift(double seconds);
  void ping();

  double patience() const { return hello ? pool.silence_seconds : pool.start_seconds; }
  bool silent(SlotClock::time_point now) const;
  /// When something has to be done about it without a line arriving. Precondition: a process.
  SlotClock::time_point next_due() const;

  WorkerEvent event(WorkerEvent::Kind kind, std::string what) const;
  std::string name() const { return event(WorkerEvent::Kind::kRemark, "").name(); }
  /// All its processes until they said hello, with the one that is about to.
  double starting_seconds(SlotClock::time_point now) const;

 private:
  SlotClock::time_point began_;
  double starting_seconds_ = 0;
};

}  // namespace madsearch
