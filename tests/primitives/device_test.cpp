// A GPU must give the numbers of the CPU: the same kernels' bodies, other launchers.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "blocks.h"
#include "primitives/table.h"

namespace madsearch {
namespace {

class OnCuda : public testing::TestWithParam<std::string> {};

TEST_P(OnCuda, EveryPrimitiveAgreesWithTheCpu) {
  if (!at::globalContext().hasCUDA()) GTEST_SKIP() << "no CUDA device here";
  const auto& primitive = *find_primitive(GetParam());
  auto settings = primitive.defaults();
  for (const auto& [name, value] : primitive.defaults())
    if (value == KnobValue("auto")) settings.set(name, 2);
  const Shape shape{32, 48};
  auto here = build_for(shape, 2, at::kFloat), there = here;
  there.options = there.options.device(at::kCUDA);
  const auto a = build_mixer(primitive.name, settings, here), b = build_mixer(primitive.name, settings, there);
  const auto x = random_input(2, 3, shape, at::kFloat);
  const auto weight = random_tensor(x.sizes(), 5, at::kFloat);
  const auto on_cpu = gradients(*a, [&](const at::Tensor& in) { return a->forward(in); }, x, weight);
  const auto on_gpu = gradients(*b, [&](const at::Tensor& in) { return b->forward(in); }, x.cuda(), weight.cuda());
  EXPECT_LT(relative_difference(on_gpu.output.cpu(), on_cpu.output), 1e-4);
  EXPECT_LT(relative_difference(on_gpu.input.cpu(), on_cpu.input), 1e-3);
  for (const auto& [name, gradient] : on_cpu.parameters)
    if (gradient.defined()) {
      EXPECT_LT(relative_difference(on_gpu.parameters.at(name).cpu(), gradient), 1e-3) << name;
    }
}

INSTANTIATE_TEST_SUITE_P(Primitives, OnCuda, testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const auto& primitive : primitives()) names.push_back(primitive.name);
                           return names;
                         }()),
                         [](const auto& row) { return row.param; });

}  // namespace
}  // namespace madsearch
