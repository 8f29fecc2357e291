#include "search/architecture/templates/template.h"

#include <gtest/gtest.h>

#include "configs/errors.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

std::string message(const std::string& text) {
  try {
    parse_template(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

std::string again(const std::string& expanded) {
  return expanded_text(parse_template(expanded, "template", Unwritten::kBefore));
}

TEST(Template, IsWrittenWithEveryKnobOfANamedPrimitive) {
  const auto read = parse_template("attention{heads=?} [?gla|mamba{conv=none} canon]x2 (?channel + ?){merge=sum}");
  const std::string expanded =
      "attention{gate=off, heads=?, kv_heads=all, qk_norm=off, rotary=on, sinks=0, window=none} ?gla|mamba{conv=none} "
      "canon{conv=4} ?gla|mamba{conv=none} canon{conv=4} (?channel + ?){merge=sum}";
  EXPECT_EQ(expanded_text(read), expanded);
  EXPECT_EQ(again(expanded), expanded);
  EXPECT_EQ(read.patterns.size(), 7u);
  EXPECT_EQ(read.written, (std::vector<std::size_t>{0, 1, 2, 1, 2, 3, 4}));
}

TEST(Template, LetsKnobsVaryThatItDoesNotName) {
  const std::string free = "mamba{conv=?, expand=2, input_conv=?, state=?}";
  EXPECT_EQ(expanded_text(parse_template("mamba{expand=2, ?}")), free);
  EXPECT_EQ(again(free), free);
  EXPECT_EQ(expanded_text(parse_template("mamba{state=16|4}")), "mamba{conv=4, expand=2, state=16|4}");
}

TEST(Template, RepeatsWithLabelsOfItsOwn) {
  const auto read = repeated(parse_template("attention{heads=?}@a ?sequence attention{heads=?}@a"), 6);
  EXPECT_EQ(expanded_text(read).substr(0, 30), "attention{gate=off, heads=?, k");
  std::vector<std::string> labels;
  for (const auto* block : blocks(read.layout)) labels.push_back(block->label);
  EXPECT_EQ(labels, (std::vector<std::string>{"a-0", "", "a-0", "a-1", "", "a-1"}));
  EXPECT_THROW(repeated(read, 8), ConfigError);
}

TEST(Template, OfADesignFreesItsSequenceMixersAlone) {
  const auto genome = parse("mamba swiglu{conv=4} attention@a (gla + moe) attention{window=8}@a:kv");
  EXPECT_EQ(expanded_text(with_free_mixers(canonical(genome), "mine")),
            "?sequence|mamba swiglu{conv=4, inner=auto} "
            "attention{gate=off, heads=4, kv_heads=all, qk_norm=off, rotary=on, sinks=0, window=none}@a "
            "(?sequence|gla + moe{active=2, experts=4, inner=auto, shared=0}) "
            "attention{gate=off, heads=4, kv_heads=all, qk_norm=off, rotary=on, sinks=0, window=8}@a:kv");
}

TEST(Template, AnswersMistakesWithTheirPlace) {
  EXPECT_EQ(message("?sequense swiglu").substr(0, 42), "template:1:2: unknown primitive \"sequense\"");
  EXPECT_NE(message("?sequense swiglu").find("did you mean \"sequence\"?"), std::string::npos);
  EXPECT_EQ(message("attention{haeds=?}"),
            "template:1:11: unknown knob \"haeds\" of attention\n  1 | attention{haeds=?}\n    |           ^^^^^\n"
            "  expected one of: heads, kv_heads, window, sinks, rotary, qk_norm, gate, conv, input_conv\n"
            "  did you mean \"heads\"?");
  EXPECT_EQ(message("?gla|mamba{sinks=0}"),
            "template:1:12: none of these primitives has a knob \"sinks\"\n  1 | ?gla|mamba{sinks=0}\n"
            "    |            ^^^^^\n  expected one of: heads, gate_rank, conv, expand_k, expand_v, input_conv, state, "
            "expand");
  EXPECT_EQ(message("attention{heads=4|2000}"),
            "template:1:19: attention: heads must be from 1 to 1024, not 2000\n  1 | attention{heads=4|2000}\n    |    "
            "               ^^^^");
  EXPECT_EQ(message("attention@a ?sequence@a"),
            "template:1:1: blocks of label @a must be written with the same knobs to share weights\n"
            "  1 | attention@a ?sequence@a\n    | ^");
  EXPECT_EQ(message("?@a attention@a:kv"),
            "template:1:1: @a:kv reads the keys and values of attention, so the first block of that label must be "
            "named so, too\n  1 | ?@a attention@a:kv\n    | ^");
}

TEST(Template, IsNoDesign) {
  for (const std::string text : {"? swiglu", "attention{heads=?}", "mamba ?"}) {
    EXPECT_TRUE(has_holes(text));
    try {
      parse(text);
      FAIL() << text;
    } catch (const ConfigError& error) {
      EXPECT_NE(std::string(error.what()).find("\"?\" stands only in templates: in `seeds:` and `space:` of a search"),
                std::string::npos)
          << error.what();
    }
  }
}

}  // namespace
}  // namespace madsearch
