#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "primitives/mixer.h"
#include "primitives/table.h"
#include "tests/primitives/blocks.h"
#include "tests/primitives/delta_rule/delta_plain.h"

namespace madsearch {
namespace {

Settings delta_product_with(std::int64_t heads, std::int64_t steps, const std::string& gate,
                            const std::string& forget_gate, const std::string& negative) {
  return {{"heads", heads}, {"householder", steps},       {"conv", 4},
          {"gate", gate},   {"forget_gate", forget_gate}, {"negative_eigenvalues", negative}};
}

TEST(DeltaProduct, TakesItsStepsOfTheDeltaRuleWithinAToken) {
  for (const std::int64_t steps : {1, 2, 3})
    for (const std::string on : {"off", "on"})
      expect_agreement(passes("delta_product", delta_product_with(3, steps, on, on, on), {12, 10}),
                       [&](const Pass& pass) {
                         DeltaPlain plain{.heads = 3, .key = 4, .value = 4, .taps = 4, .steps = steps};
                         plain.negative_eigenvalues = on == "on";
                         if (on == "on") {
                           plain.alpha = [&](const Vector& x) { return head_decay(pass, x, 4); };
                           plain.gate = [&](const Vector& x) { return silu_gate(pass, x); };
                         }
                         return delta_layer(pass, plain);
                       });
}

TEST(DeltaProduct, OfOneStepIsDeltaNet) {
  const at::NoGradGuard constant;
  for (const std::string on : {"off", "on"}) {
    const auto build = build_for({16, 12}, 2);
    const auto product =
        build_mixer("delta_product", with_defaults("delta_product", delta_product_with(4, 1, on, "off", on)), build);
    const auto net =
        build_mixer("delta_net", with_defaults("delta_net", {{"gate", on}, {"negative_eigenvalues", on}}), build);
    const auto x = random_input(2, 3, {16, 12});
    EXPECT_TRUE(at::equal(product->forward(x), net->forward(x)));
    EXPECT_EQ(find_primitive("delta_product")->cost(delta_product_with(4, 1, on, "off", on), {16, 12}).flops,
              find_primitive("delta_net")
                  ->cost({{"heads", 4}, {"conv", 4}, {"gate", on}, {"negative_eigenvalues", on}}, {16, 12})
                  .flops);
  }
}

}  // namespace
}  // namespace madsearch
