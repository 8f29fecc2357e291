#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/dispatch/failure.h"
#include "engine/dispatch/messages.h"
#include "engine/dispatch/slot_use.h"
#include "engine/dispatch/worker_event.h"
#include "engine/dispatch/worker_options.h"

namespace madsearch {

/// Hands requests to worker processes over JSON lines and gives their replies. Workers start with the first request,
/// are pinged, and are replaced when they die, fall silent, talk nonsense or answer that they failed. A process may be
/// a pool, which does the same with workers of its own for many requests at once; it loses attempts one by one.
///
/// What failed is tried again, on another slot if there is one. It is to blame for that only if it ends in the same way
/// `attempts` times, each time on a slot that worked right after: that was another request's success there or, where
/// there is none, a check (check_training.h). Where slots fail by themselves their requests go elsewhere and they are
/// tried less and less often, for as long as the coordinator lives. A worker elsewhere that doesn't come is no failure.
/// Not thread-safe: one thread drives it.
class Coordinator {
 public:
  /// Throws std::invalid_argument without a pool, a slot or an attempt, ConfigError for a device that can't be, or an
  /// `mps: on` that can't be had.
  Coordinator(WorkerOptions options, Attempts attempts = {});
  ~Coordinator();  // ends the workers; attempts at what has no answer yet are forgotten, not counted
  /// As many as are known: of a pool that hasn't come yet as many as of another copy of its command, else 1.
  std::int64_t slots() const;
  std::int64_t present() const;        // slots that have a worker now
  const std::string& sharing() const;  // how slots share a GPU, a sentence; empty where none do
  std::int64_t waiting() const;        // submitted and not yet answered, under way included
  /// Started as soon as a slot is free: of those that wait the one of the lowest `turn`, of equal turns the one of the
  /// greatest `cost`, of equal costs the one submitted first. `cost`: a training's forward FLOPs, from which its time
  /// limit follows if it has none of its own (hang_guard.h); 0: not known.
  void submit(Request request, std::int64_t turn = 0, double cost = 0);
  /// The next answer, or nothing after `seconds`. A training or pretraining without a result is answered by a record
  /// that says so (Outcome::kLost: nobody answered; kFailed, kOutOfMemory, kTimedOut: so each worker said), any other
  /// request by an ErrorReply with its id. Once there are no more answers, and if `seconds` is more than 0, throws
  /// MachineryError if only failures came for long (health.h) or no worker could be started for long, and ConfigError
  /// if none ever started, if one speaks messages of another version or has another kScoring. Another revision is
  /// only an event, told once. `descriptor`: returns early if there is something to read.
  std::optional<Reply> wait(double seconds, int descriptor = -1);
  /// Nobody waits for its answer any more: the worker that computes it is ended.
  void cancel(const std::string& id);
  std::function<void(const Progress&)> on_progress;
  /// Also called while this object ends, so it must not throw.
  std::function<void(const WorkerEvent&)> on_event;
  std::function<void(const std::string& id, const Started& where)> on_started;
  std::function<void(const std::string& id, const Memory& memory)> on_memory;
  /// Where this is set, nothing is tried again: it hears of each attempt that failed, which is forgotten then.
  std::function<void(const std::string& id, const Failure& failure)> on_failure;
  std::vector<Hello> workers() const;  // of the workers, and pools with a slot, that said hello
  std::vector<SlotUse> use() const;    // of each slot, since the coordinator was made
  std::vector<PoolUse> pools() const;  // in the order of the options
  SlotStates states() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace madsearch
