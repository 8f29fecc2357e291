// A GPU must give the numbers of the CPU: the same kernels' bodies, other launchers.
#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>

#include <set>

#include "blocks.h"
#include "primitives/table.h"

namespace madsearch {
namespace {

/// Parameters whose gradients cancel but for a norm's ε, so that what is left is rounding: mlstm's input gates all
/// together scale the memory, and the norm over each head undoes it.
const std::set<std::string> kCancel = {"igate_preact.bias"};

class OnCuda : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!at::globalContext().hasCUDA()) GTEST_SKIP() << "no CUDA device here";
  }
  /// Output and gradients of a block with the same weights and input, on `device`.
  static Gradients on(at::DeviceType device) {
    const auto& primitive = *find_primitive(GetParam());
    auto settings = primitive.defaults();
    for (const auto& [name, value] : primitive.defaults())
      if (value == KnobValue("auto")) settings.set(name, 2);
    const Shape shape{32, 48};
    auto build = build_for(shape, 2, at::kFloat);
    build.options = build.options.device(device);
    const auto block = build_mixer(primitive.name, settings, build);
    const auto x = random_input(2, 3, shape, at::kFloat);
    return gradients(
        *block, [&](const at::Tensor& in) { return block->forward(in); }, x.to(device),
        random_tensor(x.sizes(), 5, at::kFloat).to(device));
  }
  static void expect_near(const Gradients& gpu, const Gradients& cpu, double output, double gradient) {
    EXPECT_LT(relative_difference(gpu.output.cpu().to(at::kFloat), cpu.output), output);
    EXPECT_LT(relative_difference(gpu.input.cpu().to(at::kFloat), cpu.input), gradient);
    for (const auto& [name, expected] : cpu.parameters)
      if (expected.defined() && !kCancel.contains(name)) {
        EXPECT_LT(relative_difference(gpu.parameters.at(name).cpu(), expected), gradient) << name;
      }
  }
};

TEST_P(OnCuda, EveryPrimitiveAgreesWithTheCpu) { expect_near(on(at::kCUDA), on(at::kCPU), 1e-4, 1e-3); }

/// bf16 keeps 8 bits: three decimal digits less than float32 in every product.
TEST_P(OnCuda, EveryPrimitiveIsNearTheCpuUnderAutocast) {
  const auto exact = on(at::kCPU);
  at::autocast::set_autocast_enabled(at::kCUDA, true);
  at::autocast::set_autocast_dtype(at::kCUDA, at::kBFloat16);
  const auto rounded = on(at::kCUDA);
  at::autocast::set_autocast_enabled(at::kCUDA, false);
  at::autocast::clear_cache();
  expect_near(rounded, exact, 3e-2, 2e-1);
}

INSTANTIATE_TEST_SUITE_P(Primitives, OnCuda, testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const auto& primitive : primitives()) names.push_back(primitive.name);
                           return names;
                         }()),
                         [](const auto& row) { return row.param; });

}  // namespace
}  // namespace madsearch
