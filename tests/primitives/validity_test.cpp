#include <gtest/gtest.h>

#include "primitives/mixer.h"
#include "primitives/table.h"
#include "tests/primitives/blocks.h"

namespace madsearch {
namespace {

/// What is wrong with `primitive` when `knob` has `value`, at width 32 and length 16.
std::string wrong(const std::string& primitive, const std::string& knob, const KnobValue& value, Settings also = {}) {
  auto set = find_primitive(primitive)->defaults();
  if (set.has("inner") && set.at("inner").is_word()) set.set("inner", 2);
  for (const auto& [name, other] : also) set.set(name, other);
  set.set(knob, value);
  auto sentence = check_knobs(*find_primitive(primitive), set);
  return sentence.empty() ? find_primitive(primitive)->valid(set, {32, 16}) : sentence;
}

TEST(Primitives, HaveDefaultsWithinTheirOwnKnobs) {
  for (const auto& primitive : primitives()) {
    EXPECT_EQ(check_knobs(primitive, primitive.defaults()), "");
    EXPECT_FALSE(primitive.family.empty() || primitive.equation.empty() || primitive.source.empty()) << primitive.name;
    for (const auto& knob : primitive.knobs) EXPECT_FALSE(knob.meaning.empty()) << primitive.name << " " << knob.name;
  }
}

TEST(Primitives, SayWhatIsWrongWithAKnob) {
  EXPECT_EQ(wrong("mamba", "state", "many"), "mamba: state must be a number, not many");
  EXPECT_EQ(wrong("mamba", "state", 0), "mamba: state must be from 1 to 256, not 0");
  EXPECT_EQ(wrong("mamba", "state", KnobValue(3, 2)), "mamba: state must be a whole number, not 3/2");
  EXPECT_EQ(wrong("mamba", "heads", 4), "mamba has no knob \"heads\"");
  EXPECT_EQ(wrong("linear_attention", "feature_map", "tanh"),
            "linear_attention: feature_map must be one of elu, relu, hedgehog, t2r, identity, elementwise_product, "
            "dpfp, taylor, not tanh");
  EXPECT_EQ(wrong("attention", "rotary", 3), "attention: rotary must be one of on, off, not 3");
  for (const KnobValue& window : {KnobValue(1), KnobValue(1 << 20), KnobValue(1, 8), KnobValue(999, 1000)})
    EXPECT_EQ(wrong("attention", "window", window), "");
  EXPECT_EQ(wrong("attention", "window", 0), "attention: window must be from 1 to 1048576, not 0");
  for (const KnobValue& window : {KnobValue(9, 8), KnobValue(-1, 8)})
    EXPECT_EQ(
        wrong("attention", "window", window),
        "attention: window must be a whole number or a fraction of the length between 0 and 1, not " + window.text());
  EXPECT_EQ(wrong("attention", "sinks", KnobValue(1, 8)), "attention: sinks must be a whole number, not 1/8");
  EXPECT_EQ(check_knobs(*find_primitive("gla"), {{"heads", 4}}), "gla needs the knob gate_rank");
}

TEST(Primitives, SayWhatDoesNotFitTheShape) {
  EXPECT_EQ(wrong("attention", "heads", 3), "heads=3 does not divide width 32");
  EXPECT_EQ(wrong("attention", "kv_heads", 3), "kv_heads=3 does not divide heads 4");
  EXPECT_EQ(wrong("attention", "heads", 32), "rotary=on needs heads of an even number of channels, not 1");
  EXPECT_EQ(wrong("attention", "heads", 32, {{"rotary", "off"}}), "");
  EXPECT_EQ(wrong("attention", "sinks", 4), "sinks=4 needs a window: without one all tokens stay visible");
  EXPECT_EQ(wrong("attention", "sinks", 4, {{"window", 8}}), "");
  EXPECT_EQ(wrong("gla", "heads", 5), "heads=5 does not divide width 32");
  EXPECT_EQ(wrong("linear_attention", "heads", 64), "heads=64 does not divide width 32");
  EXPECT_EQ(wrong("mh_hyena", "head_size", 5), "head_size=5 does not divide width 32");
  EXPECT_EQ(wrong("mh_hyena", "proj_groups", 5), "proj_groups=5 does not divide 3 times the width, 96");
  EXPECT_EQ(wrong("hyena", "proj_groups", 5), "proj_groups=5 does not divide 3 inner channels 96");
  EXPECT_EQ(wrong("moe", "active", 5), "active=5 is more than experts=4");
  EXPECT_EQ(wrong("mlp", "inner", "auto"), "inner=auto has not been solved yet");
  EXPECT_EQ(wrong("swiglu", "inner", KnobValue(1, 64)), "");
  EXPECT_EQ(find_primitive("swiglu")->valid({{"inner", KnobValue(1, 64)}}, {16, 16}),
            "inner=1/64 leaves no channel at width 16");
}

TEST(Primitives, AreNotBuiltFromSettingsThatDoNotFit) {
  const auto build = build_for({32, 16}, 1);
  const auto message = [&](const std::string& name, const Settings& set, Mixer* keys_values = nullptr) -> std::string {
    try {
      build_mixer(name, set, build, keys_values);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message("atention", {}), "no primitive \"atention\"");
  EXPECT_EQ(message("linear_attention", with_defaults("linear_attention", {{"heads", 3}})),
            "linear_attention: heads=3 does not divide width 32");
  EXPECT_EQ(message("swiglu", with_defaults("swiglu", {})), "swiglu: inner=auto has not been solved yet");
  const auto mlp = build_mixer("mlp", with_defaults("mlp", {{"inner", 2}}), build);
  EXPECT_EQ(message("gla", find_primitive("gla")->defaults(), mlp.get()), "gla has no keys and values to share");
  EXPECT_EQ(message("attention", find_primitive("attention")->defaults(), mlp.get()),
            "attention can share the keys and values of attention only");
}

TEST(HyenaFilter, ServesNoLongerSequenceThanItWasBuiltFor) {
  const auto block = build_mixer("hyena", find_primitive("hyena")->defaults(), build_for({8, 16}, 1));
  EXPECT_THROW(block->forward(random_input(1, 1, {8, 17})), std::invalid_argument);
  EXPECT_NO_THROW(block->forward(random_input(1, 1, {8, 16})));
}

}  // namespace
}  // namespace madsearch
