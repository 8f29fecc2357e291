#include "engine/training/pretrain_setup.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(PretrainSetup, SaysWhatDiffersFromTheDefaults) {
  PretrainSetup setup;
  EXPECT_EQ(to_text(setup), "") << "so that keys and checkpoints of before keep what they mean";
  setup.schedule = "wsd";
  setup.embeddings = "tied";
  setup.tuning = 0.5;
  setup.conv = "none";
  setup.qk_norm = "all";
  EXPECT_EQ(to_text(setup), "schedule wsd; embeddings tied; conv none; qk_norm all; tuning 0.5");
}

TEST(PretrainSetup, DefaultsAreTheFirstWords) {
  const PretrainSetup setup;
  for (const auto& [key, value, words] : setup_words()) EXPECT_EQ(setup.*value, words.front()) << key;
  EXPECT_EQ(trouble_with(setup), "");
}

TEST(PretrainSetup, SaysWhatIsNoSetup) {
  EXPECT_EQ(trouble_with({.schedule = "wds"}),
            "schedule is \"wds\"\n  expected one of: cosine, wsd\n  did you mean \"wsd\"?");
  EXPECT_EQ(trouble_with({.tuning = 0}), "tuning must be a share of the budget above 0, 1 at most");
}

}  // namespace
}  // namespace madsearch
