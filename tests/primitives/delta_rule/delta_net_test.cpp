#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/delta_rule/delta_plain.h"

namespace madsearch {
namespace {

Settings delta_net_with(std::int64_t heads, const KnobValue& conv, const std::string& gate,
                        const std::string& negative) {
  return {{"heads", heads}, {"conv", conv}, {"gate", gate}, {"negative_eigenvalues", negative}};
}

TEST(DeltaNet, MultipliesItsStateByGeneralisedHouseholderMatrices) {
  for (const std::int64_t heads : {1, 3})
    for (const auto& conv : {KnobValue(4), KnobValue("none")})
      for (const std::string on : {"off", "on"})
        expect_agreement(passes("delta_net", delta_net_with(heads, conv, on, on), {12, 10}), [&](const Pass& pass) {
          DeltaPlain plain{.heads = heads, .key = 12 / heads, .value = 12 / heads, .taps = conv.is_word() ? 0 : 4};
          plain.negative_eigenvalues = on == "on";
          if (on == "on") plain.gate = [&](const Vector& x) { return silu_gate(pass, x); };
          return delta_layer(pass, plain);
        });
}

}  // namespace
}  // namespace madsearch
