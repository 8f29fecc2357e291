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
  Recorder recorder;                  // of training steps; empty: each is computed from the host
  std::string name() const;           // "cpu", "cuda:0 NVIDIA H100"
  std::int64_t memory_bytes() const;  // of the device; a CPU has the machine's
  std::int64_t free_bytes() const;    // of them, not in use by anybody
  void synchronize() const;           // waits until what was launched is done
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
