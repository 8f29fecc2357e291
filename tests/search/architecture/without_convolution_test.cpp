#include "search/architecture/without_convolution.h"

#include <gtest/gtest.h>

#include "search/architecture/architectures.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

std::string without(const std::string& design) {
  const auto out = without_convolution(canonical(parse(design)));
  return out ? text(*out) : "nothing";
}

TEST(WithoutConvolution, SwitchesOffWhatAKnobCan) {
  EXPECT_EQ(without("gated_delta_net swiglu"), "gated_delta_net{conv=none} swiglu");
  EXPECT_EQ(without("attention{conv=4, input_conv=4} swiglu{conv=3}"), "attention swiglu");
  EXPECT_EQ(without("forgetting_attention{kv_shift=on} swiglu"), "forgetting_attention swiglu");
  EXPECT_EQ(without("mamba@a swiglu mamba@a swiglu"), "[mamba{conv=none}@a swiglu]x2");
  EXPECT_EQ(without("(mamba + attention{conv=4}) swiglu"), "(attention + mamba{conv=none}) swiglu");
}

TEST(WithoutConvolution, IsNothingWhereNothingCanBeSwitchedOff) {
  for (const auto* design : {"attention swiglu", "short_conv swiglu", "rwkv7 rwkv_channel", "canon swiglu",
                             "gated_delta_net{conv=none} swiglu"})
    EXPECT_EQ(without(design), "nothing") << design;
}

TEST(WithoutConvolution, IsACounterfactualThatKeepsTheLimits) {
  ArchitectureLimits limits;
  limits.primitives = {"attention", "swiglu"};  // a hand design may have others
  limits.stages = 2;
  limits.shape = {32, 32};
  const auto counterfactual = [&](const std::string& design) {
    return Architectures(limits).counterfactual(expanded_text(canonical(parse(design))));
  };
  const auto found = counterfactual("mamba swiglu");
  ASSERT_TRUE(found);
  EXPECT_EQ(text(parse_expanded(*found)), "mamba{conv=none} swiglu");
  EXPECT_FALSE(counterfactual("attention swiglu"));
  limits.max_state = 10;
  EXPECT_FALSE(counterfactual("mamba swiglu"));
}

}  // namespace
}  // namespace madsearch
