#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/dispatch/messages.h"
#include "engine/dispatch/slot_use.h"
#include "engine/dispatch/worker_event.h"

namespace madsearch {

/// Who computes: one worker process for every slot of every device.
struct WorkerOptions {
  /// Run by /bin/sh with the device in the environment; a program beside `madsearch` is found first.
  std::string command = "madsearch-worker";
  std::vector<std::string> devices = {"cpu"};  // "cpu", "cuda:0", ...: resolved, no "auto"
  std::int64_t slots_per_device = 1;
  std::int64_t attempts = 2;     // launches of one request before it is given up as lost
  double start_seconds = 120;    // limit to a worker's first line
  double silence_seconds = 120;  // limit between any two lines of it
};

/// Where attempts are remembered, so that a request that kills its worker is not tried for ever.
struct Attempts {
  /// Called before a launch; answers how many there have been, this one included.
  std::function<int(const std::string& id)> begin = [](const std::string&) { return 1; };
  /// Called for an attempt that is not to count: the worker ended because the coordinator did.
  std::function<void(const std::string& id)> forget = [](const std::string&) {};
};

/// Hands requests to worker processes over JSON lines and gives their replies. Workers start with the first request,
/// are pinged, and are replaced when they die or fall silent. Not thread-safe: one thread drives it.
class Coordinator {
 public:
  /// Throws std::invalid_argument without a device, a slot or an attempt, ConfigError for a device that can't be.
  Coordinator(WorkerOptions options, Attempts attempts = {});
  ~Coordinator();  // ends the workers; requests under way are forgotten, not counted
  std::int64_t slots() const;
  std::int64_t waiting() const;  // submitted and not yet answered, under way included
  /// Started as soon as a slot is free: of those that wait the one of the lowest `turn`, of equal turns the one of the
  /// greatest `cost`, of equal costs the one submitted first. Throws ConfigError if no worker can be started any more.
  void submit(Request request, std::int64_t turn = 0, double cost = 0);
  /// The next answer, or nothing after `seconds`. A training or pretraining without a result is answered by a record
  /// that says so (Outcome::kLost: its worker died `attempts` times; kFailed: the worker answered with an error), any
  /// other request by an ErrorReply with its id. Throws ConfigError, with the worker's command, if workers don't start,
  /// speak messages of another version or have another kScoring. Another revision is only an event, told once.
  std::optional<Reply> wait(double seconds);
  std::function<void(const Progress&)> on_progress;
  std::function<void(const WorkerEvent&)> on_event;
  std::vector<Hello> workers() const;  // of the workers that said hello
  std::vector<SlotUse> use() const;    // of each slot, since the coordinator was made

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace madsearch
