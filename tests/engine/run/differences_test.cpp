#include "engine/run/differences.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(Differences, AreNoneOfTheSame) {
  const auto found = differences("seed: 1\nseeds.1: gla = gla\n", "seed: 1\nseeds.1: gla = gla\n");
  EXPECT_TRUE(found.lines.empty());
  EXPECT_TRUE(found.unsaid.empty());
}

TEST(Differences, SayWhatTheyDecide) {
  const auto found =
      differences("search.evaluations: 40\npretrain.flops: 1\n", "search.evaluations: 50\npretrain.flops: 2\n");
  EXPECT_EQ(found.text(), "\n  pretrain.flops: 1 -> 2\n  search.evaluations: 40 -> 50");
  EXPECT_TRUE(found.any(Decides::kExtent));
  EXPECT_TRUE(found.any(Decides::kPretraining));
  EXPECT_FALSE(found.any(Decides::kResults));
}

TEST(Differences, SeeTheOrderOfSeedsAndAMissingOne) {
  EXPECT_TRUE(differences("seeds.1: a = gla\nseeds.2: b = mamba\n", "seeds.1: b = mamba\nseeds.2: a = gla\n")
                  .any(Decides::kResults));
  EXPECT_EQ(differences("seeds.1: a = gla\n", "seeds.1: a = gla\nseeds.2: b = mamba\n").text(),
            "\n  seeds.2: (none) -> b = mamba");
}

TEST(Differences, UnderstandSeedsOfEarlierReleases) {
  const auto now = "seeds.1: mine = gla\nseeds.2: mine = mamba{expand=2}\npretrain.controls.1: gla = gla\n";
  EXPECT_TRUE(
      differences("seeds.mine: gla\nseeds.mine: mamba{expand=2}\npretrain.controls.gla: gla\n", now).lines.empty());
  EXPECT_TRUE(differences("seeds.mine: mamba{expand=2}\nseeds.mine: gla\npretrain.controls.gla: gla\n", now)
                  .any(Decides::kResults));
}

TEST(Differences, StateWasCountedAtTheBatterysLengthBeforeThatWasASetting) {
  EXPECT_TRUE(differences("seed: 1\n", "seed: 1\nstate_length: 0\n").lines.empty());
  const auto found = differences("seed: 1\n", "seed: 1\nstate_length: 4096\n");
  EXPECT_EQ(found.text(), "\n  state_length: 0 -> 4096");
  EXPECT_TRUE(found.any(Decides::kResults));
}

TEST(Differences, SettingsThatNobodyNotedAreToldApart) {
  const auto found = differences("seed: 1\n", "seed: 1\npretrain.max_epochs: 4\n");
  EXPECT_TRUE(found.lines.empty());
  EXPECT_EQ(found.unsaid, std::vector<std::string>{"pretrain.max_epochs: 4"});
}

}  // namespace
}  // namespace madsearch
