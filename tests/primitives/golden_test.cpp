#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "primitives/layers/norms.h"
#include "tests/golden/safetensors.h"
#include "tests/primitives/blocks.h"
#include "tests/primitives/golden_map.h"

namespace madsearch {
namespace {

using Golden = std::map<std::string, GoldenTensor>;

std::vector<std::filesystem::path> golden_files() {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder()))
    if (entry.path().extension() == ".safetensors") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

at::Tensor tensor(const Golden& golden, const std::string& name) {
  const auto found = golden.find(name);
  if (found == golden.end()) throw std::invalid_argument("the golden vectors have no " + name);
  const auto& [dtype, shape, real, integer] = found->second;
  return at::from_blob(const_cast<double*>(real.data()), shape, at::kDouble).clone();
}

/// One of ours, built for the golden vectors: a mixer or a norm.
struct Layer {
  std::unique_ptr<Module> module;
  std::function<at::Tensor(const at::Tensor&)> forward;
};

Layer build(const GoldenLayer& layer, const Build& build) {
  if (layer.primitive == "rmsnorm") {
    auto norm = std::make_unique<RMSNorm>(build, build.width, layer.eps);
    const auto forward = [it = norm.get()](const at::Tensor& x) { return (*it)(x); };
    return {std::move(norm), forward};
  }
  if (layer.primitive == "layernorm") {
    auto norm = std::make_unique<LayerNorm>(build, build.width, layer.eps);
    const auto forward = [it = norm.get()](const at::Tensor& x) { return (*it)(x); };
    return {std::move(norm), forward};
  }
  auto mixer = build_mixer(layer.primitive, with_defaults(layer.primitive, layer.settings), build);
  const auto forward = [it = mixer.get()](const at::Tensor& x) { return it->forward(x); };
  return {std::move(mixer), forward};
}

std::string name_of_theirs(const GoldenLayer& layer, const std::string& ours) {
  const auto complement = layer.complements.find(ours);
  return complement == layer.complements.end() ? ours : complement->second;
}

/// Every parameter of the reference goes into one of ours with as many numbers, and none of ours is left over.
void load(const Golden& golden, const GoldenLayer& layer, Module& module) {
  const at::NoGradGuard constant;
  std::set<std::string> theirs;
  for (const auto& [name, value] : golden)
    if (name.starts_with("param.") && !layer.unused.contains(name.substr(6))) theirs.insert(name.substr(6));
  for (const auto& [name, value] : module.parameters()) {
    const auto their_name = name_of_theirs(layer, name);
    ASSERT_EQ(theirs.erase(their_name), 1u) << "the reference has no parameter " << their_name;
    auto reference = tensor(golden, "param." + their_name);
    if (layer.complements.contains(name)) reference = 1 - reference;
    ASSERT_EQ(reference.numel(), value[0].numel()) << name;
    value.copy_(reference.view(value[0].sizes()).expand_as(value));
  }
  EXPECT_EQ(theirs, std::set<std::string>()) << "parameters of the reference that ours has not";
}

void expect_near(const std::string& what, const at::Tensor& ours, const at::Tensor& reference, double tolerance) {
  ASSERT_TRUE(ours.defined()) << what;
  for (std::int64_t r = 0; r < ours.size(0); ++r)
    EXPECT_LE(relative_difference(ours[r].to(at::kDouble).reshape(reference.sizes()), reference), tolerance)
        << what << " of replica " << r;
}

void agree(const std::filesystem::path& path, at::ScalarType type) {
  const auto golden = read_safetensors(path);
  const auto about = nlohmann::json::parse(std::ifstream(std::filesystem::path(path).replace_extension(".json")));
  const auto layer = golden_layer(path.stem(), about.at("config"));
  const auto x = tensor(golden, "input");  // [B, T, D]
  const auto length = about.at("config").value("max_length", x.size(1));
  const auto ours =
      build(layer, build_for({.width = x.size(2), .length = length, .protocol = Protocol::kMadLab}, 2, type));
  load(golden, layer, *ours.module);
  if (::testing::Test::HasFatalFailure()) return;
  const auto twice = [&](const at::Tensor& u) { return u.to(type).expand({2, -1, -1, -1}).contiguous(); };
  const auto found = gradients(*ours.module, ours.forward, twice(x), twice(tensor(golden, "grad_output")));
  expect_near("output", found.output, tensor(golden, "f64.output"), layer.output_tolerance);
  expect_near("gradient of the input", found.input, tensor(golden, "f64.grad_input"), layer.gradient_tolerance);
  for (const auto& [name, gradient] : found.parameters) {
    const auto reference = tensor(golden, "f64.grad." + name_of_theirs(layer, name));
    expect_near("gradient of " + name, gradient, layer.complements.contains(name) ? -reference : reference,
                layer.gradient_tolerance);
  }
}

class GoldenLayers : public ::testing::TestWithParam<at::ScalarType> {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(golden_folder())) GTEST_SKIP() << "no golden vectors at " << golden_folder();
  }
};

TEST_P(GoldenLayers, HaveTheReferencesOutputsAndGradients) {
  for (const auto& path : golden_files()) {
    SCOPED_TRACE(path.filename().string());
    if (golden_file(path.stem()) == GoldenFile::kLayer) agree(path, GetParam());
  }
}

TEST_P(GoldenLayers, AreAllListedInTheMap) {
  int layers = 0;
  for (const auto& path : golden_files()) {
    EXPECT_NE(golden_file(path.stem()), GoldenFile::kUnknown) << path;
    if (golden_file(path.stem()) == GoldenFile::kLayer) ++layers;
  }
  EXPECT_GT(layers, 0);
}

INSTANTIATE_TEST_SUITE_P(Precision, GoldenLayers, ::testing::Values(at::kDouble, at::kFloat),
                         [](const auto& of) { return std::string(c10::toString(of.param)); });

TEST(GoldenMap, KnowsNoCounterpartOfAPartlyRotatedHead) {
  const nlohmann::json config = {{"dim", 32}, {"n_heads", 2}, {"rotary_emb_dim", 8}};
  EXPECT_THROW(golden_layer("mh-attention", config), std::invalid_argument);
}

}  // namespace
}  // namespace madsearch
