#pragma once
// What the worker's tests share: small requests, and the reader of golden vectors.
#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <string>

#include "engine/dispatch/messages.h"
#include "engine/worker/model.h"
#include "engine/worker/recording.h"

namespace madsearch::testing {

/// The design at `width` with every `auto` solved.
Genome sized(const std::string& design, std::int64_t width, std::int64_t length);

ModelOptions model_options(std::int64_t width, std::int64_t vocabulary, std::int64_t length,
                           std::vector<std::uint64_t> seeds, at::ScalarType type = at::kFloat);

/// A training of `task` at its baseline with `changes`, small enough for seconds.
TrainRequest request(const std::string& design, const std::string& task, std::map<std::string, double> changes,
                     std::int64_t steps);

/// The tensors of a file of golden vectors by name: float64 or int64.
std::map<std::string, at::Tensor> golden(const std::filesystem::path& file);

/// Largest difference relative to the largest entry of `expected`.
double distance(const at::Tensor& actual, const at::Tensor& expected);

/// What a CUDA graph is, without a GPU: nothing is done while it is recorded, and all of it on every replay.
class Again : public Recording {
 public:
  explicit Again(std::function<void()> work) : work_(std::move(work)) {}
  void replay() override { work_(); }

 private:
  std::function<void()> work_;
};

}  // namespace madsearch::testing
