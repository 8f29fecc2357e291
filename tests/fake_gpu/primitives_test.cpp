// Every primitive on the fake GPU gives the numbers of the CPU, forward and backward. device_test.cpp of the primitives
// asks the same of a real one.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "blocks.h"
#include "engine/worker/runtime.h"
#include "fake_gpu.h"
#include "primitives/table.h"

namespace madsearch {
namespace {

struct Case {
  std::int64_t replicas;
  Shape shape;
};

class OnFakeGpu : public testing::TestWithParam<std::string> {
 protected:
  static Gradients on(const at::Device& device, Case one, bool autocast = false) {
    const auto& primitive = *find_primitive(GetParam());
    auto settings = primitive.defaults();
    for (const auto& [name, value] : primitive.defaults())
      if (value == KnobValue("auto")) settings.set(name, 2);
    auto build = build_for(one.shape, one.replicas, at::kFloat);
    build.options = build.options.device(device);
    const auto block = build_mixer(primitive.name, settings, build);
    const auto x = random_input(one.replicas, 3, one.shape, at::kFloat);
    const auto weight = random_tensor(x.sizes(), 5, at::kFloat).to(device);
    const Autocast cast(autocast ? device : at::Device(at::kCPU));
    return gradients(
        *block, [&](const at::Tensor& in) { return block->forward(in); }, x.to(device), weight);
  }

  /// A gradient is compared with its largest number, but no less than a thousandth of the block's: others cancel, and
  /// what is left of them is rounding. So do mlstm's input gates, but for a norm's ε: all together they scale the
  /// memory, and the norm over each head undoes it.
  static void expect_near(const Gradients& gpu, const Gradients& cpu, double output, double gradient) {
    EXPECT_LT(relative_difference(gpu.output.cpu().to(at::kFloat), cpu.output), output);
    EXPECT_LT(relative_difference(gpu.input.cpu().to(at::kFloat), cpu.input), gradient);
    double least = 0;
    for (const auto& [name, expected] : cpu.parameters)
      if (expected.defined()) least = std::max(least, 1e-3 * expected.abs().max().item<double>());
    for (const auto& [name, expected] : cpu.parameters) {
      if (!expected.defined() || name == "igate_preact.bias") continue;
      const auto apart = (gpu.parameters.at(name).cpu().to(at::kFloat) - expected).abs().max().item<double>();
      EXPECT_LT(apart / std::max(least, expected.abs().max().item<double>()), gradient) << name;
    }
  }
};

TEST_P(OnFakeGpu, AgreesWithTheCpu) {
  for (const Case one : {Case{2, {32, 48}}, Case{1, {32, 1}}, Case{3, {32, 17}}, Case{1, {160, 5}}}) {
    SCOPED_TRACE(::testing::Message() << "R = " << one.replicas << ", D = " << one.shape.width
                                      << ", T = " << one.shape.length);
    expect_near(on(fake_gpu(), one), on(at::kCPU, one), 1e-4, 1e-3);
  }
}

/// bf16 keeps 8 bits: three decimal digits less than float32 in every product, of which a gradient has passed
/// several.
TEST_P(OnFakeGpu, IsNearTheCpuUnderAutocast) {
  const Case one = {2, {32, 48}};
  expect_near(on(fake_gpu(), one, true), on(at::kCPU, one), 3e-2, 2e-1);
}

/// What goes by blocks of tokens or of products on a GPU, around and beyond one block.
class LongOnFakeGpu : public OnFakeGpu {
 protected:
  static std::vector<Case> cases() { return {{1, {16, 128}}, {3, {16, 129}}, {2, {16, 301}}}; }
};

TEST_P(LongOnFakeGpu, AgreesWithTheCpu) {
  for (const auto& one : cases()) {
    SCOPED_TRACE(::testing::Message() << "R = " << one.replicas << ", T = " << one.shape.length);
    expect_near(on(fake_gpu(), one), on(at::kCPU, one), 1e-4, 1e-3);
  }
}

TEST_P(LongOnFakeGpu, IsNearTheCpuUnderAutocast) {
  for (const auto& one : cases()) {
    SCOPED_TRACE(::testing::Message() << "R = " << one.replicas << ", T = " << one.shape.length);
    expect_near(on(fake_gpu(), one, true), on(at::kCPU, one), 3e-2, 2e-1);
  }
}

/// Else no graph could be recorded of it.
TEST_P(LongOnFakeGpu, NeverMakesTheHostWait) {
  const Shape shape = {16, 301};
  auto build = build_for(shape, 2, at::kFloat);
  build.options = build.options.device(fake_gpu());
  const auto block = build_mixer(GetParam(), find_primitive(GetParam())->defaults(), build);
  const auto x = random_input(2, 3, shape, at::kFloat).to(fake_gpu());
  const Autocast cast(fake_gpu());
  const auto before = waits_for_fake_gpu();
  block->forward(x).sum().backward();
  EXPECT_EQ(waits_for_fake_gpu(), before);
}

INSTANTIATE_TEST_SUITE_P(Primitives, LongOnFakeGpu, testing::Values("forgetting_attention", "mh_hyena"),
                         [](const auto& row) { return std::string(row.param); });

INSTANTIATE_TEST_SUITE_P(Primitives, OnFakeGpu, testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const auto& primitive : primitives()) names.push_back(primitive.name);
                           return names;
                         }()),
                         [](const auto& row) { return row.param; });

}  // namespace
}  // namespace madsearch
