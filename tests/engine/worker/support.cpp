#include "support.h"

#include <ATen/Parallel.h>

#include "mad_tasks/table.h"
#include "search/architecture/parser.h"
#include "search/architecture/sizes.h"
#include "tests/golden/safetensors.h"

namespace madsearch::testing {
namespace {

const bool kOneThread = (at::set_num_threads(1), true);  // as a worker computes

}  // namespace

Genome sized(const std::string& design, std::int64_t width, std::int64_t length) {
  return solve_sizes(parse(design), {width, length}).genome;
}

ModelOptions model_options(std::int64_t width, std::int64_t vocabulary, std::int64_t length,
                           std::vector<std::uint64_t> seeds, at::ScalarType type) {
  ModelOptions options;
  options.width = width;
  options.vocabulary = vocabulary;
  options.max_length = length;
  for (const auto seed : seeds) options.seeds.push_back(Seed{seed});
  options.options = at::TensorOptions().dtype(type);
  return options;
}

TrainRequest request(const std::string& design, const std::string& task, std::map<std::string, double> changes,
                     std::int64_t steps) {
  TrainRequest out;
  out.id = "test";
  out.width = 32;
  out.setting.setting.task = task;
  out.setting.setting.values = find_task(task)->baseline;
  for (const auto& [name, value] : changes) out.setting.setting.values.set(name, value);
  out.setting.steps = steps;
  out.setting.batch = 32;
  out.setting.train_examples = 32 * steps;
  out.setting.evaluation_examples = 64;
  out.grid = {{3e-3, 0}};
  out.seed = 7;
  out.design = text(sized(design, out.width, find_task(task)->input_length(out.setting.setting.values)));
  return out;
}

std::map<std::string, at::Tensor> golden(const std::filesystem::path& file) {
  std::map<std::string, at::Tensor> out;
  for (const auto& [name, tensor] : read_safetensors(file))
    out[name] = tensor.real.empty()
                    ? at::tensor(at::ArrayRef<std::int64_t>(tensor.integer), at::kLong).view(tensor.shape)
                    : at::tensor(at::ArrayRef<double>(tensor.real), at::kDouble).view(tensor.shape);
  return out;
}

double distance(const at::Tensor& actual, const at::Tensor& expected) {
  const auto a = actual.detach().to(at::kDouble);
  const auto e = expected.to(at::kDouble);
  return ((a - e).abs().max() / e.abs().max().clamp_min(1e-30)).item<double>();
}

}  // namespace madsearch::testing
