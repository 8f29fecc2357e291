#pragma once
#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "engine/dispatch/messages.h"
#include "engine/worker/recording.h"

namespace madsearch {

/// The device a worker computes on, used alone, and the threads it may start.
struct Runtime {
  at::Device device = at::kCPU;
  int threads = 1;
  std::int64_t sharers = 1;  // workers on the device, if it is a GPU, this one among them
  Recorder recorder;         // of training steps; empty: each is computed from the host
  std::string name() const;  // "cpu", "cuda:0 NVIDIA H100"
  /// Of the device's memory what this worker may take: its share of a GPU's (engine/dispatch/memory_share.h), all of
  /// the machine's on a CPU, or what its control group allows. The same whatever others take at the moment.
  std::int64_t memory_bytes() const;
  std::int64_t free_bytes() const;  // of them, not in use by anybody
  /// Makes an allocation beyond memory_bytes() on a CUDA device fail, as one beyond the card's own does.
  void hold_to_share() const;
  void synchronize() const;  // waits until what was launched is done
};

using OnProgress = std::function<void(const Progress&)>;

/// While it lives, a GPU computes in bf16 where PyTorch's autocast does. Nothing changes on a CPU.
class Autocast {
 public:
  explicit Autocast(const at::Device& device);
  ~Autocast();
  Autocast(const Autocast&) = delete;

 private:
  at::DeviceType device_;
};

/// Seconds since it was made. Core seconds are CPU time of this process on a CPU, wall time elsewhere.
class Stopwatch {
 public:
  explicit Stopwatch(const Runtime& runtime);
  double core_seconds() const;
  double wall_seconds() const;

 private:
  bool cpu_;
  std::chrono::steady_clock::time_point start_;
  double cpu_start_;
};

std::string first_line(const std::string& text);

/// Runs `body`. A std::exception becomes an outcome with a one-line message: out of memory, or failed. Without one,
/// outcome and message stay as they are.
void catch_outcome(Outcome& outcome, std::string& message, const std::function<void()>& body);

}  // namespace madsearch
