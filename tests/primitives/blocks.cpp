#include "tests/primitives/blocks.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "configs/seed.h"
#include "primitives/table.h"

namespace madsearch {
namespace {

/// These tensors are so small that threads wait for each other ten times as long as they compute.
class OneThread : public ::testing::Environment {
  void SetUp() override { at::set_num_threads(1); }
};
[[maybe_unused]] const auto* one_thread = ::testing::AddGlobalTestEnvironment(new OneThread);

}  // namespace

Build build_for(Shape shape, std::int64_t replicas, at::ScalarType type, std::uint64_t first_seed) {
  Build out{.width = shape.width,
            .max_length = shape.length,
            .protocol = shape.protocol,
            .options = at::TensorOptions().dtype(type)};
  for (std::int64_t r = 0; r < replicas; ++r) out.seeds.push_back({first_seed + static_cast<std::uint64_t>(r)});
  return out;
}

at::Tensor random_tensor(at::IntArrayRef sizes, std::uint64_t seed, at::ScalarType type) {
  auto out = at::empty(sizes, at::kDouble);
  Rng rng({seed});
  for (auto *data = out.data_ptr<double>(), *end = data + out.numel(); data < end; ++data)
    *data = 3 * uniform(rng) - 1.5;
  return out.to(type);
}

Settings with_defaults(const std::string& primitive, const Settings& some) {
  auto out = find_primitive(primitive)->defaults();
  for (const auto& [knob, value] : some) out.set(knob, value);
  return out;
}

void move_parameters(Module& module) {
  const at::NoGradGuard constant;
  std::uint64_t seed = 100;
  for (const auto& parameter : module.parameters())
    parameter.value.add_(random_tensor(parameter.value.sizes(), ++seed, parameter.value.scalar_type()), 0.1 / 1.5);
}

at::Tensor random_input(std::int64_t replicas, std::int64_t sequences, Shape shape, at::ScalarType type) {
  return random_tensor({replicas, sequences, shape.length, shape.width}, 7, type);
}

Gradients gradients(Module& module, const std::function<at::Tensor(const at::Tensor&)>& forward, const at::Tensor& x,
                    const at::Tensor& weight) {
  for (const auto& parameter : module.parameters()) parameter.value.mutable_grad() = at::Tensor();
  const auto input = x.detach().clone().set_requires_grad(true);
  const auto output = forward(input);
  output.backward(weight);
  Gradients out{output.detach(), input.grad(), {}};
  for (const auto& parameter : module.parameters()) out.parameters[parameter.name] = parameter.value.grad();
  return out;
}

void expect_float32_near_float64(const std::string& primitive, const Settings& settings, Shape shape) {
  const auto run = [&](at::ScalarType type) {
    const auto block = build_mixer(primitive, settings, build_for(shape, 1, type));
    move_parameters(*block);
    const auto x = random_input(1, 2, shape).to(type);
    return gradients(
        *block, [&](const at::Tensor& u) { return block->forward(u); }, x, random_tensor(x.sizes(), 9).to(type));
  };
  const auto wide = run(at::kDouble);
  const auto narrow = run(at::kFloat);
  EXPECT_LT(relative_difference(narrow.output, wide.output), 1e-4);  // NaN and infinity fail too
  EXPECT_LT(relative_difference(narrow.input, wide.input), 1e-3);
  for (const auto& [parameter, gradient] : wide.parameters)
    EXPECT_LT(relative_difference(narrow.parameters.at(parameter), gradient), 1e-3) << parameter;
}

double relative_difference(const at::Tensor& a, const at::Tensor& b) {
  const auto difference = (a - b).abs().max().item<double>();
  const auto largest = b.abs().max().item<double>();
  return difference == 0 ? 0 : difference / largest;
}

}  // namespace madsearch
