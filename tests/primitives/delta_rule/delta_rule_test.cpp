#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/blocks.h"

namespace madsearch {
namespace {

/// Outputs and gradients of 512 tokens in float32 are finite and near those in float64.
TEST(DeltaRule, HoldsInFloat32AtLength512InEveryLayer) {
  constexpr std::int64_t T = 512;
  for (const std::string name :
       {"comba", "delta_net", "delta_product", "gated_delta_net", "gated_delta_net2", "kda", "rwkv7"})
    for (const std::string negative : {"off", "on"}) {
      SCOPED_TRACE(name + ", negative_eigenvalues " + negative);
      auto set = find_primitive(name)->defaults();
      if (set.has("negative_eigenvalues")) set.set("negative_eigenvalues", negative);
      expect_float32_near_float64(name, set, {32, T});
    }
}

}  // namespace
}  // namespace madsearch
