#include "engine/run/new_seed_sets.h"

#include <gtest/gtest.h>

#include <set>

#include "engine/run/config_reader.h"
#include "search/architecture/designs.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

RunConfig quick() { return read_run(in_source("configs/searches/quick.yaml"), in_source("configs")); }

std::vector<TrainRequest> requests(const RunConfig& config, const std::string& design) {
  const auto sized = Architectures(config.limits).sized(text_design(design).genome).genome;
  return new_set_requests(config, sized, 2);
}

TEST(NewSeedSets, AreEqualForAllDesignsAndForNoRung) {
  const auto config = quick();
  const auto a = requests(config, "[attention swiglu]x2");
  const auto b = requests(config, "[mamba swiglu]x2");
  ASSERT_EQ(a.size(), b.size());
  std::set<std::uint64_t> seeds;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].seed, b[i].seed);
    EXPECT_NE(a[i].design, b[i].design);
    seeds.insert(a[i].seed);
  }
  EXPECT_EQ(seeds.size(), 2u) << "as many as sets; tasks derive theirs";
  for (const auto rung : {Rung::kProbe, Rung::kBattery, Rung::kConfirm})
    for (std::uint64_t set = 0; set < 20; ++set)
      EXPECT_FALSE(seeds.contains(Seed{config.seed}.derive(to_text(rung)).derive(set).value));
}

TEST(NewSeedSets, MakeAnEvaluationASet) {
  const auto config = quick();
  std::vector<TrainingRecord> trainings;
  for (const auto& request : requests(config, "[attention swiglu]x2"))
    trainings.push_back(
        {.task = request.setting.setting.task, .validation_a = 1, .validation_b = 1, .test = 1, .test_macro = 1});
  trainings.back().outcome = Outcome::kDiverged;
  const auto found = new_set_evaluations(config, "aa", trainings);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].seed_set, 1);
  EXPECT_NEAR(*found[0].score, 1, 1e-9);
  EXPECT_EQ(found[1].seed_set, 2);
  EXPECT_EQ(found[1].outcome, Outcome::kDiverged);
  EXPECT_FALSE(found[1].score);
}

}  // namespace
}  // namespace madsearch
