#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/delta_rule/delta_plain.h"

namespace madsearch {
namespace {

TEST(GatedDeltaNet, FadesItsStateBeforeEachStepOfTheDeltaRule) {
  for (const std::int64_t heads : {1, 3})
    for (const std::string on : {"off", "on"}) {
      const Settings set = {{"heads", heads}, {"expand_k", KnobValue(3, 4)}, {"expand_v", KnobValue(3, 2)}, {"conv", 2},
                            {"gate", on},     {"negative_eigenvalues", on}};
      expect_agreement(passes("gated_delta_net", set, {12, 10}), [&](const Pass& pass) {
        DeltaPlain plain{.heads = heads, .key = 9 / heads, .value = 18 / heads, .taps = 2};
        plain.negative_eigenvalues = on == "on";
        plain.alpha = [&](const Vector& x) { return head_decay(pass, x, plain.key); };
        if (on == "on") plain.gate = [&](const Vector& x) { return silu_gate(pass, x); };
        return delta_layer(pass, plain);
      });
    }
}

TEST(GatedDeltaNet, HasSixSquaresOfTheWidthInItsProjections) {
  const auto cost = find_primitive("gated_delta_net")->cost(find_primitive("gated_delta_net")->defaults(), {1024, 1});
  EXPECT_NEAR(static_cast<double>(cost.parameters), 6.0 * 1024 * 1024, 0.01 * 6 * 1024 * 1024);
}

TEST(GatedDeltaNet, StartsWithDecaysOfItsSteps) {
  const auto block = passes("gated_delta_net", find_primitive("gated_delta_net")->defaults(), {32, 1}, 1, 1).front();
  for (const auto bias : block["decay.dt_bias"].numbers) {  // moved by up to 0.1
    EXPECT_GT(std::log1p(std::exp(bias)), 0.9e-3);
    EXPECT_LT(std::log1p(std::exp(bias)), 0.111);
  }
  for (const auto rate : block["decay.A_log"].numbers) EXPECT_LT(rate, std::log(16) + 0.1);
}

TEST(GatedDeltaNet, NeedsHeadsThatDivideKeysAndValues) {
  const auto& sheet = *find_primitive("gated_delta_net");
  auto set = sheet.defaults();
  set.set("heads", 16);
  EXPECT_EQ(sheet.valid(set, {32, 8}), "heads=16 does not divide channels of keys 24");
  set.set("expand_k", 1);
  set.set("expand_v", KnobValue(5, 4));
  EXPECT_EQ(sheet.valid(set, {32, 8}), "heads=16 does not divide channels of values 40");
  set.set("expand_v", KnobValue(1, 8));
  EXPECT_EQ(sheet.valid(set, {3, 8}), "expand_v=1/8 leaves no channel at width 3");
}

}  // namespace
}  // namespace madsearch
