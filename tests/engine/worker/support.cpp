#include "support.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "mad_tasks/table.h"
#include "search/sizes.h"

namespace madsearch::testing {

Genome sized(const std::string& design, std::int64_t width, std::int64_t length) { return solve_sizes(parse(design), {width, length}).genome; }

ModelOptions model_options(std::int64_t width, std::int64_t vocabulary, std::int64_t length, std::vector<std::uint64_t> seeds, at::ScalarType type) {
  ModelOptions options;
  options.width = width;
  options.vocabulary = vocabulary;
  options.max_length = length;
  for (const auto seed : seeds) options.seeds.push_back(Seed{seed});
  options.options = at::TensorOptions().dtype(type);
  return options;
}

TrainRequest request(const std::string& design, const std::string& task, std::map<std::string, double> changes, std::int64_t steps) {
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

std::string golden_folder() {
  const auto* set = std::getenv("MADSEARCH_GOLDEN");
  const std::string folder = set ? set : MADSEARCH_SOURCE_DIR "/../shared/golden";
  return std::filesystem::exists(folder) ? folder : "";
}

std::map<std::string, at::Tensor> read_safetensors(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::uint64_t size = 0;
  if (!in.read(reinterpret_cast<char*>(&size), sizeof size)) throw std::runtime_error("cannot read " + file);
  std::string header(size, ' ');
  in.read(header.data(), static_cast<std::streamsize>(size));
  const std::map<std::string, at::ScalarType> types{{"F64", at::kDouble}, {"F32", at::kFloat}, {"I64", at::kLong}};
  std::map<std::string, at::Tensor> out;
  const auto entries = nlohmann::json::parse(header);
  for (const auto& [name, entry] : entries.items()) {
    if (name == "__metadata__") continue;
    const auto shape = entry["shape"].get<std::vector<std::int64_t>>();
    auto tensor = at::empty(shape, types.at(entry["dtype"]));
    in.seekg(static_cast<std::streamoff>(8 + size + entry["data_offsets"][0].get<std::uint64_t>()));
    in.read(static_cast<char*>(tensor.data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
    out[name] = tensor;
  }
  return out;
}

double distance(const at::Tensor& actual, const at::Tensor& expected) {
  const auto a = actual.detach().to(at::kDouble), e = expected.to(at::kDouble);
  return ((a - e).abs().max() / e.abs().max().clamp_min(1e-30)).item<double>();
}

Folder::Folder() {
  std::string name = std::filesystem::temp_directory_path() / "madsearch-XXXXXX";
  if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  path = name;
}

Folder::~Folder() { std::filesystem::remove_all(path); }

}  // namespace madsearch::testing
