#pragma once
// What the worker's tests share: small requests, and the reader of golden vectors.
#include <ATen/ATen.h>

#include <map>
#include <string>

#include "engine/protocol.h"
#include "engine/worker/model.h"

namespace madsearch::testing {

/// The design at `width` with every `auto` solved.
Genome sized(const std::string& design, std::int64_t width, std::int64_t length);

ModelOptions model_options(std::int64_t width, std::int64_t vocabulary, std::int64_t length, std::vector<std::uint64_t> seeds,
                           at::ScalarType type = at::kFloat);

/// A training of `task` at its baseline with `changes`, small enough for seconds.
TrainRequest request(const std::string& design, const std::string& task, std::map<std::string, double> changes, std::int64_t steps);

/// Folder of golden vectors, "" if it is absent.
std::string golden_folder();

/// Tensors of a safetensors file by name.
std::map<std::string, at::Tensor> read_safetensors(const std::string& file);

/// Largest difference relative to the largest entry of `expected`.
double distance(const at::Tensor& actual, const at::Tensor& expected);

/// A new folder that is removed at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  std::string path;
};

}  // namespace madsearch::testing
