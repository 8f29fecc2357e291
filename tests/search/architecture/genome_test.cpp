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

TEST(Genome, KeepsAWindowThatIsAFractionAsItIsWritten) {
  const auto genome = parse("attention{window=2/16} swiglu");
  EXPECT_EQ(text(genome), "attention{window=1/8} swiglu");
  EXPECT_EQ(expanded_text(genome),
            "attention{gate=off, heads=4, kv_heads=all, qk_norm=off, rotary=on, sinks=0, window=1/8} "
            "swiglu{inner=auto}");
  EXPECT_EQ(hash(genome), hash(parse("attention{window=1/8} swiglu")));
  EXPECT_NE(hash(genome), hash(parse("attention{window=8} swiglu")));
}

/// Texts whose knobs are all of the first release, with the hashes that it gave them: what was stored under them must
/// be found again. A knob that is added to one of these primitives needs a Knob::before.
TEST(Genome, KeepsTheHashesOfTheFirstRelease) {
  const std::pair<const char*, const char*> stored[] = {
      {"attention swiglu", "625fe29cb5297e86"},
      {"[mamba swiglu]x2 attention{window=16} swiglu", "abca52720b68e9c4"},
      {"[gla swiglu]x2", "888573bfeb0e316d"},
      {"rg_lru swiglu", "6536695ff6d23a78"},
      {"differential_attention swiglu", "90d63552b8cc38e2"},
      {"mla moe", "d97dd23ef0c42040"},
      {"mlstm slstm", "bb6108bbd7aaaa77"},
      {"rwkv6 rwkv_channel", "ab92588fe416f733"},
      {"rwkv7 rwkv_channel{gate=off}", "2fd2809e1c25bbcf"},
      {"retnet mlp", "fc063115b6d16d73"},
      {"(attention + mamba) swiglu", "a4470f65dcb80b08"},
      {"attention@a swiglu attention{window=8}@a:kv swiglu", "0b83061e5d5b947a"},
      {"gru lstm", "60ffe806974c3421"},
      {"mamba3 swiglu", "cf35f3d899107cf1"},
      {"rtf s4d s5", "2286c25de24748fe"},
      {"long_conv hyena", "f2af4542324153ec"},
      {"linear_attention{feature_map=taylor, feature_size=8} swiglu", "015350500fde949c"},
      {"forgetting_attention{gate=on} identity", "f553971aa5c35826"},
      {"delta_net{conv=none} kda", "5c2469ef3adf3f1b"},
      {"ttt_linear mesa_net{gate=on}", "c9a0044f4ad498f4"},
      {"mingru{conv=3} minlstm", "6ebbde04f9f56a0b"},
      {"((attention + gla) + mamba2) moe", "bc9f2b3c03a231f5"},
  };
  for (const auto& [short_form, its_hash] : stored) {
    EXPECT_EQ(hash(parse_expanded(short_form)), its_hash) << short_form;
    EXPECT_EQ(hash(parse_expanded(expanded_text(parse_expanded(short_form)))), its_hash) << short_form;
  }
}

/// Whatever a knob's default is, what is stored reads back as it was meant.
TEST(Genome, ExpandedTextsMeanTheSameWhenTheyAreReadAgain) {
  for (const auto& primitive : primitives())
    for (const auto& knob : primitive.knobs)
      for (const auto& value : knob.values) {
        Block block{primitive.name, primitive.defaults(), "", false};
        block.settings.set(knob.name, value);
        const Genome genome{{Stage{.block = block}}};
        EXPECT_EQ(parse_expanded(expanded_text(genome)), genome) << primitive.name << " " << knob.name;
        const bool as_before = knob.before == value;
        EXPECT_EQ(expanded_text(genome).find(knob.name + "=") == std::string::npos, as_before) << expanded_text(genome);
      }
}

TEST(Genome, ReadsHowBranchesAreMerged) {
  EXPECT_EQ(text(parse("(mamba + attention){ merge = sum } swiglu")), "(attention + mamba){merge=sum} swiglu");
  EXPECT_EQ(text(parse("(mamba + attention){merge=norms}")), "(attention + mamba)");
  EXPECT_EQ(expanded_text(parse("(identity + identity){merge=projected}")), "(identity + identity){merge=projected}");
  EXPECT_NE(hash(parse("(mamba + attention){merge=sum}")), hash(parse("(mamba + attention)")));
  EXPECT_EQ(message("(mamba + gla){merge=product}"),
            "design:1:21: unknown value \"product\" of merge\n  1 | (mamba + gla){merge=product}\n"
            "    |                     ^^^^^^^\n  expected one of: norms, sum, projected");
  EXPECT_EQ(message("(mamba + gla){merg=sum}"),
            "design:1:15: parallel branches have one knob, merge\n  1 | (mamba + gla){merg=sum}\n"
            "    |               ^^^^\n  expected one of: merge\n  did you mean \"merge\"?");
  EXPECT_EQ(message("(mamba + gla){merge=sum"),
            "design:1:14: these knobs do not end with \"}\"\n  1 | (mamba + gla){merge=sum\n    |              ^");
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
            "  expected one of: heads, kv_heads, window, sinks, rotary, qk_norm, gate, conv, input_conv\n"
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
    RC_ASSERT(expanded_text(parse_expanded(made)) == made);
    RC_ASSERT(expanded_text(parse(short_text(made))) == made);
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
