#include "engine/run/chosen_designs.h"

#include <gtest/gtest.h>

#include "tests/results/stored_run.h"

namespace madsearch {
namespace {

using ChosenDesigns = StoredRun;

TEST_F(ChosenDesigns, PairsAMemberWithTheWorstOfItsState) {
  add("member", "random", 1000, 0.9);
  add("near", "random", 1050, 0.7);
  add("worst", "random", 1099, 0.2);
  add("far", "random", 1200, 0.1);
  PretrainOptions options;
  options.members = 1;
  options.pairs = 1;
  const auto chosen = choose_for_pretraining(*store_, options, 4);
  ASSERT_EQ(chosen.size(), 2u);
  EXPECT_EQ(chosen[0].hash, "member");
  EXPECT_EQ(chosen[1].hash, "worst");
  EXPECT_EQ(chosen[1].role, "pair of member");
}

}  // namespace
}  // namespace madsearch
