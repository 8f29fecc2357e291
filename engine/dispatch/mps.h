#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "engine/dispatch/worker_options.h"

namespace madsearch {

/// NVIDIA's Multi-Process Service for the workers of one coordinator, while this lives: without it, workers that share
/// a GPU take turns on it. Its pipes lie in a folder of their own, so that nobody else's service is met or ended.
class Mps {
 public:
  /// Starts it where several slots share a GPU and options.mps is "auto" or "on"; not where the environment names a
  /// service already (CUDA_MPS_PIPE_DIRECTORY). Throws ConfigError if it is "on" and can't be started.
  explicit Mps(const WorkerOptions& options);
  ~Mps();
  Mps(const Mps&) = delete;

  /// What workers on a GPU find in their environment.
  const std::map<std::string, std::string>& environment() const { return environment_; }
  /// A sentence about what became of it; empty where there is nothing to share.
  const std::string& note() const { return note_; }

 private:
  void start(bool asked_for);

  std::optional<std::filesystem::path> folder_;  // of a running one
  std::map<std::string, std::string> environment_;
  std::string note_;
};

/// Is its control program on this machine?
bool knows_mps();

}  // namespace madsearch
