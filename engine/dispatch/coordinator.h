#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/dispatch/messages.h"

namespace madsearch {

/// Who computes: one worker process for every slot of every device.
struct WorkerOptions {
  std::string command =
      "madsearch-worker";  // run by /bin/sh with the device in the environment; beside `madsearch` if found there
  std::vector<std::string> devices = {"cpu"};  // "cpu", "cuda:0", ...: resolved, no "auto"
  std::int64_t slots_per_device = 1;
  std::int64_t attempts = 2;                          // launches of one request before it is given up as lost
  double start_seconds = 120, silence_seconds = 120;  // limits to the first line and between any two lines
};

/// `auto` -> the CUDA devices of nvidia-smi, or {"cpu"}; else what was asked for. Throws ConfigError for a device that
/// can't be ("cuda:x").
std::vector<std::string> resolve_devices(const std::vector<std::string>& asked);
/// Slots of an `auto` CPU: its cores; a GPU: 1.
std::int64_t default_slots(const std::vector<std::string>& devices);

/// Where attempts are remembered, so that a request that kills its worker is not tried for ever.
struct Attempts {
  std::function<int(const std::string& id)> begin = [](const std::string&) {
    return 1;
  };  // before a launch; how many so far, this included
  std::function<void(const std::string& id)> forget = [](const std::string&) {
  };  // the worker ended with the coordinator, not alone
};

/// Where a slot's time went, in seconds.
struct SlotUse {
  std::string device;
  std::int64_t requests = 0;              // answered, by a worker's death too
  double total = 0;                       // since the coordinator was made
  double busy = 0;                        // between a request and its answer
  double starting = 0;                    // a worker's start, until it said hello
  double tail = 0;                        // since the slot's last answer, if it has nothing to do
  double resident_mib = 0, peak_mib = 0;  // of its worker after the last answer; the most that any of its workers held
};

/// Busy seconds of all slots as a share of all their seconds.
double busy_share(const std::vector<SlotUse>& slots);

/// Hands requests to worker processes over JSON lines and gives their replies. Workers start with the first request,
/// are pinged, and are replaced when they die or fall silent. Not thread-safe: one thread drives it.
class Coordinator {
 public:
  Coordinator(WorkerOptions options, Attempts attempts = {});
  ~Coordinator();  // ends the workers; requests under way are forgotten, not counted
  std::int64_t slots() const;
  std::int64_t waiting() const;  // submitted and not yet answered, under way included
  /// Started as soon as a slot is free: of those that wait the one of the lowest `turn`, of equal turns the one of the
  /// greatest `cost`, of equal costs the one submitted first.
  void submit(Request request, std::int64_t turn = 0, double cost = 0);
  /// The next answer, or nothing after `seconds`. A training or pretraining without a result (its worker died `attempts`
  /// times: Outcome::kLost; the worker answered with an error: kFailed) is answered by a record that says so, any other
  /// request by an ErrorReply with its id.
  std::optional<Reply> wait(double seconds);
  std::function<void(const Progress&)> on_progress;
  std::function<void(const std::string& sentence)>
      on_event;                        // "worker 2 (cpu) ended: signal 9 (killed); attempt 1 of 2"
  std::vector<Hello> workers() const;  // of the workers that said hello
  std::vector<SlotUse> use() const;    // of each slot, since the coordinator was made

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace madsearch
