#include "engine/study/traits.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "primitives/table.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

Traits of(const std::string& text) { return traits(canonical(parse(text, "design", Unwritten::kBefore)), {32, 64}); }

bool in(const std::string& stratum, const std::string& a, const std::string& b) {
  const auto found =
      std::find_if(strata().begin(), strata().end(), [&](const auto& one) { return one.name == stratum; });
  return found != strata().end() && found->holds(of(a), of(b)) && found->holds(of(b), of(a));
}

TEST(Traits, AreSharesMixersAndCosts) {
  const auto found = of("mamba swiglu attention{window=16} swiglu");
  EXPECT_EQ(found.shares, (std::map<std::string, double>{{"attention", 0.25}, {"mamba", 0.25}, {"swiglu", 0.5}}));
  EXPECT_EQ(found.mixers, (std::set<std::string>{"attention", "mamba"}));
  EXPECT_FALSE(found.pure());
  EXPECT_TRUE(found.window);
  EXPECT_TRUE(found.convolution);
  EXPECT_EQ(of("attention swiglu").state, 2 * 64 * 32) << "keys and values of 64 tokens";
  EXPECT_GT(of("[mamba]x4").parameters, of("[attention swiglu]x2").parameters) << "it fixes its own size";
  EXPECT_FALSE(of("attention swiglu").window);
}

TEST(Traits, SeeShortConvolutionsAndTokenShifts) {
  for (const auto* with : {"gated_delta_net", "attention{conv=4}", "gla{input_conv=4}", "rwkv6", "gla rwkv_channel",
                           "short_conv", "attention swiglu{conv=3}", "hyena"})
    EXPECT_TRUE(of(with).convolution) << with;
  for (const auto* without : {"gated_delta_net{conv=none}", "attention swiglu", "gla", "mamba{conv=1}", "long_conv"})
    EXPECT_FALSE(of(without).convolution) << without;
  for (const auto* shift : {"rwkv5", "rwkv6", "rwkv7", "rwkv_channel"}) EXPECT_TRUE(find_primitive(shift)) << shift;
}

TEST(Traits, MakeTheStrata) {
  EXPECT_TRUE(in("alike in convolution", "mamba", "delta_net"));
  EXPECT_FALSE(in("alike in convolution", "mamba", "gla"));
  EXPECT_TRUE(in("state within a factor of 2", "attention", "attention{window=32}"));
  EXPECT_FALSE(in("state within a factor of 2", "attention", "attention{window=16}"));
  EXPECT_TRUE(in("pure against pure", "mamba swiglu", "gla"));
  EXPECT_FALSE(in("pure against pure", "mamba attention", "gla"));
  EXPECT_TRUE(in("hybrid against a parent", "mamba swiglu attention{window=16}", "attention"));
  EXPECT_TRUE(in("hybrid against a parent", "mamba", "mamba gla"));
  EXPECT_FALSE(in("hybrid against a parent", "delta_net", "mamba gla"));
  EXPECT_FALSE(in("hybrid against a parent", "mamba attention", "mamba gla"));
  EXPECT_FALSE(in("hybrid against a parent", "mamba", "mamba swiglu"));
}

}  // namespace
}  // namespace madsearch
