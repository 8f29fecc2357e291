#include "engine/run/steering_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "configs/errors.h"
#include "engine/run/config_reader.h"
#include "engine/run/differences.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

RunConfig read(const std::string& yaml) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/steered.yaml";
  std::ofstream(file) << "battery: quick\nstages: 4\ndevices: cpu\n" << yaml;
  return read_run(file, in_source("configs"));
}

/// The message from the fourth line's number on.
std::string message(const std::string& yaml) {
  try {
    read(yaml);
  } catch (const ConfigError& error) {
    const std::string whole = error.what();
    return whole.substr(std::min(whole.find(".yaml:"), whole.size() - 6) + 6);
  }
  return "no error";
}

std::vector<std::string> names(const std::vector<Design>& designs) {
  std::vector<std::string> out;
  for (const auto& design : designs) out.push_back(design.name);
  return out;
}

TEST(TemplatesAsSeeds, AreFilledByTheSeedOfTheRun) {
  const std::string yaml =
      "seeds: [mamba-swiglu, \"attention{heads=?} swiglu\", {template: \"[? swiglu]x2\", fillings: 2}]\n";
  const auto config = read(yaml);
  ASSERT_EQ(config.seeds.size(), 1u + 4u + 2u);
  EXPECT_EQ(config.seeds[0].name, "mamba-swiglu");
  for (std::size_t i = 1; i < 5; ++i) {
    const auto& stages = config.seeds[i].genome.stages;
    EXPECT_EQ(stages[0].block.primitive + stages[2].block.primitive, "attentionattention");
    EXPECT_EQ(config.seeds[i].name, "template#" + hash(config.seeds[i].genome).substr(0, 6));
  }
  EXPECT_EQ(names(read(yaml).seeds), names(config.seeds));
  EXPECT_NE(names(read("seed: 2\n" + yaml).seeds), names(config.seeds));
  const auto again = read_run(config.inputs, config.name);  // from what the run keeps, without drawing
  EXPECT_EQ(names(again.seeds), names(config.seeds));
  EXPECT_EQ(again.identity(), config.identity());
}

TEST(TemplatesAsSeeds, HaveAsManyFillingsAsThereAre) {
  EXPECT_EQ(read("seeds: \"[attention{heads=1|2} swiglu]x2\"\n").seeds.size(), 4u);
  EXPECT_EQ(read("seeds: \"attention{heads=1|2} swiglu gla swiglu\"\n").seeds.size(), 2u);
  EXPECT_EQ(message("seeds:\n  - template: \"attention{heads=1|2} swiglu gla swiglu\"\n    fillings: 3\n"),
            "5:15: \"attention{heads=1|2} swiglu gla swiglu\" has 2 fillings that can take part, not 3\n"
            "  5 |   - template: \"attention{heads=1|2} swiglu gla swiglu\"\n"
            "    |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^");
}

TEST(TemplatesAsSeeds, AreRefusedWhereNoFillingCanTakePart) {
  EXPECT_EQ(message("seeds: \"[?channel swiglu{conv=none}]x2\"\nprimitives: [gla, identity]\n"),
            "4:8: no filling of \"[?channel swiglu{conv=none}]x2\" can take part; the last that was drawn: "
            "[identity swiglu]x2: it has no sequence mixer\n"
            "  4 | seeds: \"[?channel swiglu{conv=none}]x2\"\n"
            "    |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^");
  EXPECT_EQ(message("seeds: [\"?gal swiglu\"]\n").substr(0, 42), "4:8: template:1:2: unknown primitive \"gal\"");
  EXPECT_EQ(message("seeds: [{templat: \"? swiglu\"}]\n"),
            "4:9: seeds needs the key \"template\"\n  4 | seeds: [{templat: \"? swiglu\"}]\n    |         ^");
  EXPECT_EQ(message("pretrain: {controls: [\"? swiglu\"]}\n").substr(0, 89),
            "4:22: design:1:1: \"?\" stands only in templates: in `seeds:` and `space:` of a search\n  4 ");
}

TEST(Space, BeginsWithFillingsOfItsTemplate) {
  const auto config = read("space: {template: \"attention{heads=?} swiglu ?gla|mamba swiglu\"}\n");
  EXPECT_EQ(config.seeds.size(), 4u);
  const Architectures space(config.limits);
  for (const auto& design : config.seeds) EXPECT_EQ(space.objection(design.genome), "") << design.name;
}

TEST(Space, IsPartOfTheIdentity) {
  const std::string plain = "seeds: mamba-swiglu\n";
  const auto without = read(plain).identity();
  EXPECT_EQ(without.find("\nspace"), std::string::npos) << "searches of before mean the same";
  const std::vector<std::string> kept = {
      "vary: mixers",      "template: \"?sequence swiglu\"", "at_most: {gla: 1}",
      "at_most: {gla: 2}", "at_least: {mamba: 1}",           "never_first: moe",
      "never_last: moe",
  };
  for (const auto& one : kept) {
    const auto config = read(plain + "space: {" + one + "}\n");
    const auto identity = config.identity();
    EXPECT_EQ(read_run(config.inputs, config.name).identity(), identity);
    EXPECT_TRUE(differences(without, identity).any(Decides::kResults)) << one;
    EXPECT_TRUE(differences(identity, without).any(Decides::kResults)) << one;
  }
  EXPECT_EQ(differences(read(plain + "space: {at_most: {gla: 1}}\n").identity(),
                        read(plain + "space: {at_most: {gla: 2}}\n").identity())
                .text(),
            "\n  space.at_most.gla: 1 -> 2");
}

TEST(Space, OfFreeMixersKeepsTheRestOfEverySeed) {
  const auto config = read("space: {vary: mixers}\nseeds: [mamba-swiglu, \"hyena swiglu moe swiglu\"]\n");
  const Architectures space(config.limits);
  EXPECT_EQ(space.objection(canonical(parse("gla swiglu hyena swiglu"))), "");
  EXPECT_EQ(space.objection(canonical(parse("gla swiglu moe swiglu"))), "");
  EXPECT_EQ(space.objection(canonical(parse("gla swiglu hyena moe"))), "it matches none of the 2 templates");
}

TEST(Space, SaysWhatItCanNotBe) {
  EXPECT_EQ(message("space: {template: \"mamba swiglu\"}\n"),
            "4:19: \"mamba swiglu\" has no hole (\"?\"): it is one design, which stands in `seeds:`\n"
            "  4 | space: {template: \"mamba swiglu\"}\n    |                   ^^^^^^^^^^^^");
  EXPECT_EQ(
      message("space:\n  template: \"[? swiglu]x3\"\n"),
      "5:13: the template has 6 blocks, and 4 stages are no multiple of that; choose another number of stages, or "
      "another template\n  5 |   template: \"[? swiglu]x3\"\n    |             ^^^^^^^^^^^^");
  EXPECT_EQ(message("space: {at_least: {attention: 5}}\n"),
            "4:19: only 4 blocks of attention can be there, and at_least wants 5\n"
            "  4 | space: {at_least: {attention: 5}}\n    |                   ^");
  EXPECT_EQ(message("space: {vary: mixers, template: \"? swiglu\"}\n"),
            "4:15: `template` says already what varies; `vary: mixers` makes templates of the seeds\n"
            "  4 | space: {vary: mixers, template: \"? swiglu\"}\n    |               ^^^^^^");
  EXPECT_EQ(
      message("space: {never_first: attention}\n"),
      "4:1: design \"transformer++\" is outside of `space:`: its first block is attention; `seeds:` names others\n"
      "  4 | space: {never_first: attention}\n    | ^^^^^");
  EXPECT_EQ(message("space: {template: \"? mamba{state=?} ? swiglu\"}\nseeds: mamba-swiglu\n"),
            "5:8: design \"mamba-swiglu\" is outside of `space:`: its block 2 is swiglu, where the template has "
            "mamba{state=?}\n  5 | seeds: mamba-swiglu\n    |        ^^^^^^^^^^^^");
  const auto unknown = message("space: {at_most: {atention: 1}}\n");
  EXPECT_EQ(unknown.substr(0, 35), "4:19: unknown primitive \"atention\"\n");
  EXPECT_TRUE(unknown.ends_with("did you mean \"attention\"?"));
  EXPECT_TRUE(message("space: {tempalte: \"? swiglu\"}\n").ends_with("did you mean \"template\"?"));
  EXPECT_EQ(message("space: {template: \"[?channel swiglu]x2\"}\n").substr(0, 83),
            "4:19: no filling of \"[?channel swiglu]x2\" can take part; the last that was drawn: [");
}

TEST(Space, IsShownWithItsNumberOfDesigns) {
  const auto config = read("space: {template: \"attention{heads=1|2} swiglu gla swiglu\"}\n");
  EXPECT_EQ(steering_text(config),
            "space: 2 designs\n  attention{heads=1} swiglu gla swiglu\n  attention{heads=2} swiglu gla swiglu\n"
            "seeds of attention{heads=1|2} swiglu gla swiglu\n  attention{heads=2} swiglu gla swiglu\n"
            "  attention{heads=1} swiglu gla swiglu");
  EXPECT_EQ(steering_text(read("seeds: mamba-swiglu\n")), "");
  EXPECT_EQ(steering_text(read("seeds: mamba-swiglu\nspace: {vary: mixers}\n"))
                .find("fillings, of which limits and "
                      "counts leave fewer"),
            15u);
}

}  // namespace
}  // namespace madsearch
