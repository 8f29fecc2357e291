#include "search/architecture/genome.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "configs/errors.h"
#include "primitives/table.h"
#include "search/architecture/architectures.h"
#include "search/architecture/editing.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

std::string message(const std::string& design) {
  try {
    parse(design);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Genome, ExpandsRepeatsAndFoldsThemBack) {
  const auto genome = parse("[mamba swiglu]x3 attention swiglu");
  EXPECT_EQ(blocks(genome).size(), 8u);
  EXPECT_EQ(text(genome), "[mamba swiglu]x3 attention swiglu");
  EXPECT_EQ(text(parse("mamba swiglu mamba swiglu mamba swiglu attention swiglu")), text(genome));
}

TEST(Genome, FoldsRepeatsWithinRepeats) {
  EXPECT_EQ(text(parse("mamba mamba mamba swiglu mamba mamba mamba swiglu")), "[[mamba]x3 swiglu]x2");
  EXPECT_EQ(text(parse("mlp mlp")), "[mlp]x2");  // as long as "mlp mlp"; the first in lexicographic order is written
}

TEST(Genome, LeavesOutDefaultKnobsButHashesThem) {
  EXPECT_EQ(text(parse("attention{heads=4}")), "attention");
  EXPECT_EQ(expanded_text(parse("attention")),
            "attention{gate=off, heads=4, kv_heads=all, qk_norm=off, rotary=on, sinks=0, window=none}");
  EXPECT_EQ(hash(parse("attention{heads=4}")), hash(parse("attention")));
  EXPECT_NE(hash(parse("attention{heads=2}")), hash(parse("attention")));
}

TEST(Genome, WritesOneFormOfKnobsThatMeanTheSame) {
  EXPECT_EQ(text(parse("attention{heads=2, kv_heads=2}")), "attention{heads=2}");
  EXPECT_EQ(text(parse("swiglu{inner=16/6}")), "swiglu{inner=8/3}");
}

TEST(Genome, SortsBranchesAndRenamesLabelsByFirstUse) {
  EXPECT_EQ(text(parse("(mamba + attention)")), "(attention + mamba)");
  EXPECT_EQ(text(parse("attention@zebra swiglu attention@zebra")), "attention@a swiglu attention@a");
  EXPECT_EQ(text(parse("attention@alone swiglu")), "attention swiglu");
  EXPECT_EQ(text(parse("attention@q swiglu attention@q:kv")), "attention@a swiglu attention@a:kv");
}

TEST(Genome, LabelNamesDoNotDecideTheOrderOfBranches) {
  const auto one = parse(
      "attention@p mamba@q (attention@p + mamba@q) (attention@x + attention@y) attention@y attention{heads=2}@z "
      "attention@x attention{heads=2}@z");
  const auto two = parse(
      "attention@q mamba@p (mamba@p + attention@q) (attention@m + attention@k) attention@m attention{heads=2}@a "
      "attention@k attention{heads=2}@a");
  EXPECT_EQ(expanded_text(one), expanded_text(two));
}

TEST(Genome, NamesTheUnknownPrimitiveAndTheOneThatWasMeant) {
  std::string all;
  for (const auto& primitive : primitives()) all += (all.empty() ? "" : ", ") + primitive.name;
  EXPECT_EQ(message("mamba swigle"),
            "design:1:7: unknown primitive \"swigle\"\n"
            "  1 | mamba swigle\n"
            "    |       ^^^^^^\n"
            "  expected one of: " +
                all +
                "\n"
                "  did you mean \"swiglu\"?");
}

TEST(Genome, NamesTheUnknownKnobAndTheOneThatWasMeant) {
  EXPECT_EQ(message("attention{head=4}"),
            "design:1:11: unknown knob \"head\" of attention\n"
            "  1 | attention{head=4}\n"
            "    |           ^^^^\n"
            "  expected one of: heads, kv_heads, window, sinks, rotary, qk_norm, gate, conv\n"
            "  did you mean \"heads\"?");
}

TEST(Genome, NamesTheUnknownWordOfAKnob) {
  EXPECT_EQ(message("linear_attention{feature_map=elo}"),
            "design:1:30: unknown value \"elo\" of feature_map\n"
            "  1 | linear_attention{feature_map=elo}\n"
            "    |                              ^^^\n"
            "  expected one of: elu, relu, hedgehog, t2r, identity, elementwise_product, dpfp, taylor\n"
            "  did you mean \"elu\"?");
}

TEST(Genome, RefusesWhatIsNoDesign) {
  const auto first_line = [](const std::string& design) {
    const auto all = message(design);
    return all.substr(0, all.find('\n'));
  };
  EXPECT_EQ(first_line(""), "design:1:1: expected the name of a primitive, \"[\" or \"(\"");
  EXPECT_EQ(first_line("[mamba"), "design:1:1: this \"[\" is not closed");
  EXPECT_EQ(first_line("mamba)"), "design:1:6: \")\" closes nothing");
  EXPECT_EQ(first_line("mamba + gla"), "design:1:7: \"+\" stands only between parallel branches, in parentheses");
  EXPECT_EQ(first_line("[mamba]x0"), "design:1:9: a group is repeated 1 to 64 times");
  EXPECT_EQ(first_line("[[mamba]x64]x64"), "design:1:1: more than 128 blocks");
  EXPECT_EQ(first_line("((((mamba + gla) + mlp) + mlp) + mlp)"),
            "design:1:3: parallel branches are nested at most 2 deep");
  EXPECT_EQ(first_line("(mamba)"), "design:1:1: parallel branches are two or more: \"(mamba + attention)\"");
  EXPECT_EQ(first_line("attention{heads=0}"), "design:1:1: attention: heads must be from 1 to 1024, not 0");
  EXPECT_EQ(first_line("attention{heads=2, heads=4}"), "design:1:20: the knob \"heads\" is given twice");
  EXPECT_EQ(first_line("mamba@a:kv"), "design:1:6: mamba has no keys and values to share");
  EXPECT_EQ(first_line("attention@a:v"),
            "design:1:10: a label is \"@a\" (all weights shared) or \"@a:kv\" (keys and values)");
}

TEST(Genome, HasLimitsThatItNames) {
  const auto first_line = [](const std::string& design) {
    const auto all = message(design);
    return all.substr(0, all.find('\n'));
  };
  EXPECT_EQ(first_line(std::string(10'500, '[')), "design:1:17: repeated groups are nested at most 16 deep");
  EXPECT_EQ(first_line(std::string(10'500, '(')), "design:1:3: parallel branches are nested at most 2 deep");
  EXPECT_EQ(first_line(std::string(3'000'000, 'x')),
            "design:1:1: a design is written in at most 65536 bytes, not 3000000");
  EXPECT_EQ(first_line(std::string(300, 'x')), "design:1:1: unknown primitive \"" + std::string(97, 'x') + "...\"");
  EXPECT_EQ(first_line("mamba@" + std::string(33, 'x')), "design:1:6: a label has at most 32 letters");
  EXPECT_EQ(first_line("swiglu{inner=9223372036854775807/9223372036854775806}"),
            "design:1:14: expected a number up to 1000000000, a fraction like 8/3 of two or a word as inner");
  EXPECT_EQ(first_line("mamba \x1b"), "design:1:7: expected the name of a primitive, \"[\" or \"(\", not \"\\x1b\"");
  EXPECT_EQ(first_line("[[[[mamba]x1]x1]x1]x1"), "no error");
}

TEST(Genome, ReadsAnyTextOrSaysWhyNot) {
  static const std::vector<std::string> words{
      "[", "]x2", "]x",  "(",  ")",   " + ", "mamba", "attention", "{",   "}",    "heads",
      "=", "4",   "8/3", "@a", ":kv", ",",   " ",     "window=8",  "gla", "]x64", "swiglu{inner=auto}"};
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    Rng rng{Seed{seed}};
    std::string design;
    for (auto n = below(rng, 30); n > 0; --n) design += pick(rng, words);
    try {
      const auto genome = parse(design);
      RC_ASSERT(block_count(genome) <= 128);
      RC_ASSERT(text(parse(text(genome))) == text(genome));
    } catch (const ConfigError& error) {
      RC_ASSERT(std::string(error.what()).starts_with("design:1:"));
    }
  }));
}

Architectures space() {
  return Architectures(
      {.primitives = {"attention", "gla", "hyena", "mamba", "swiglu", "moe"}, .stages = 6, .shape = {32, 64}});
}

TEST(Genome, ReadsItsOwnTextBack) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    Rng rng{Seed{seed}};
    const auto architectures = space();
    const auto made = architectures.mutate(architectures.random(rng).value(), 4, rng).text;
    RC_ASSERT(text(parse(made)) == made);
    RC_ASSERT(expanded_text(parse(expanded_text(parse(made)))) == expanded_text(parse(made)));
  }));
}

/// Edits that keep the architecture: branches in another order, labels with other names, defaults written, repeats
/// unfolded.
Genome neutrally_edited(Genome genome, Rng& rng) {
  for (auto* stripe : stripes(genome))
    for (auto& stage : *stripe) shuffle(rng, stage.branches);
  const auto suffix = std::to_string(below(rng, 100));
  for (auto* block : blocks(genome))
    if (!block->label.empty()) block->label = std::string(1, static_cast<char>('z' - (block->label[0] - 'a'))) + suffix;
  return genome;
}

TEST(Genome, HashSurvivesNeutralEdits) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    Rng rng{Seed{seed}};
    const auto architectures = space();
    const auto genome = parse(architectures.mutate(architectures.random(rng).value(), 6, rng).text);
    RC_ASSERT(hash(neutrally_edited(genome, rng)) == hash(genome));
  }));
}

}  // namespace
}  // namespace madsearch
