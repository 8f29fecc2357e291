#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/blocks.h"

namespace madsearch {
namespace {

/// Outputs and gradients of 512 tokens in float32 are finite and near those in float64.
TEST(DeltaRule, HoldsInFloat32AtLength512InEveryLayer) {
  constexpr std::int64_t T = 512;
  for (const std::string name : {"delta_net", "delta_product", "gated_delta_net", "kda", "rwkv7"})
    for (const std::string negative : {"off", "on"}) {
      SCOPED_TRACE(name + ", negative_eigenvalues " + negative);
      auto set = find_primitive(name)->defaults();
      if (set.has("negative_eigenvalues")) set.set("negative_eigenvalues", negative);
      const auto run = [&](at::ScalarType type) {
        const auto block = build_mixer(name, set, build_for({32, T}, 1, type));
        move_parameters(*block);
        const auto x = random_input(1, 2, {32, T}).to(type);
        return gradients(*block, [&](const at::Tensor& u) { return block->forward(u); }, x, random_tensor(x.sizes(), 9).to(type));
      };
      const auto wide = run(at::kDouble), narrow = run(at::kFloat);
      EXPECT_LT(relative_difference(narrow.output, wide.output), 1e-4);  // NaN and infinity fail too
      EXPECT_LT(relative_difference(narrow.input, wide.input), 1e-3);
      for (const auto& [parameter, gradient] : wide.parameters)
        EXPECT_LT(relative_difference(narrow.parameters.at(parameter), gradient), 1e-3) << parameter;
    }
}

}  // namespace
}  // namespace madsearch
