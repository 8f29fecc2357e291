#include "results/reasons.h"

#include <cmath>

#include "tests/results/stored_run.h"

namespace madsearch {
namespace {

class ReasonsTest : public StoredRun {
 protected:
  Reasons why(const std::string& hash, std::optional<double> expected = {}) {
    return FrontReasons(store_, expected).of(*store_.candidate(hash));
  }
  static std::vector<std::string> hashes(const std::vector<OtherDesign>& all) {
    std::vector<std::string> out;
    for (const auto& one : all) out.push_back(one.row.candidate.hash);
    return out;
  }
  using Names = std::vector<std::string>;
};

TEST_F(ReasonsTest, SayWhatADominatedDesignLacks) {
  add("small", "random", 1000, 0.5, {0.60, 0.62});
  add("middle", "random", 3000, 0.7, {0.70, 0.73});
  add("asked", "seed:a", 4000, 0.6, {0.55, 0.58});
  add("large", "random", 9000, 0.8, {0.80, 0.81});
  const auto found = why("asked");
  EXPECT_EQ(found.place, FrontPlace::kDominated);
  EXPECT_FALSE(found.searched);
  EXPECT_NEAR(found.score, 0.565, 1e-9);
  EXPECT_EQ(hashes(found.above), (Names{"small", "middle"})) << "the nearest first";
  EXPECT_TRUE(found.below.empty());
  ASSERT_TRUE(found.rival);
  EXPECT_EQ(found.rival->row.candidate.hash, "small");
  EXPECT_NEAR(found.above[0].ahead.mean, -0.045, 1e-9);
  EXPECT_EQ(found.above[0].ahead.sets, 2);
  EXPECT_TRUE(found.above[0].fresh);
  EXPECT_NEAR(*found.above[0].standard_errors(), -0.045 / found.above[0].ahead.error, 1e-9);
  ASSERT_EQ(found.bounds.size(), 2u);
  EXPECT_EQ(found.bounds[0].objective, "score");
  EXPECT_NEAR(found.bounds[0].beyond, 0.715, 1e-9);
  EXPECT_EQ(found.bounds[0].hash, "middle");
  EXPECT_EQ(found.bounds[1].objective, "state");
  EXPECT_EQ(found.bounds[1].value, 4000);
  EXPECT_EQ(found.bounds[1].beyond, 1000);
  EXPECT_EQ(found.bounds[1].hash, "small");
}

TEST_F(ReasonsTest, WhatIsMissingIsEnough) {
  add("small", "random", 1000, 0.5, {0.60, 0.62});
  add("middle", "random", 3000, 0.7, {0.70, 0.73});
  add("asked", "random", 4000, 0.6, {0.55, 0.58});
  const auto bounds = why("asked").bounds;
  const double better = bounds[0].beyond + 0.001;
  add("better", "random", 4000, 0.6, {better, better});
  add("smaller", "random", static_cast<std::int64_t>(bounds[1].beyond) - 1, 0.6, {0.55, 0.58});
  EXPECT_EQ(why("better").place, FrontPlace::kMember);
  EXPECT_EQ(why("smaller").place, FrontPlace::kMember);
}

TEST_F(ReasonsTest, SayWhatAMemberHasToSpare) {
  add("small", "random", 1000, 0.5, {0.60, 0.62, 0.61});
  add("member", "random", 3000, 0.7, {0.70, 0.73, 0.71});
  add("beaten", "random", 4000, 0.6, {0.65, 0.66, 0.67});
  add("larger", "random", 9000, 0.8, {0.80, 0.81, 0.82});
  const auto found = why("member");
  EXPECT_EQ(found.place, FrontPlace::kMember);
  EXPECT_TRUE(found.above.empty());
  EXPECT_EQ(hashes(found.below), Names{"beaten"});
  EXPECT_EQ(found.below_count, 1);
  ASSERT_TRUE(found.rival);
  EXPECT_EQ(found.rival->row.candidate.hash, "small") << "what is larger can't beat it";
  EXPECT_GT(*found.rival->standard_errors(), 2);
  EXPECT_NEAR(found.bounds[0].beyond, 0.61, 1e-9);
  EXPECT_EQ(found.bounds[1].beyond, 9000);
  EXPECT_FALSE(why("small").rival);
  EXPECT_EQ(why("small").bounds.size(), 1u) << "nothing is as small, so no score would take it off";
}

TEST_F(ReasonsTest, TheRivalOfAMemberIsThatOfTheFront) {
  add("small", "random", 1000, 0.5, {0.60, 0.66, 0.63});
  add("member", "random", 1200, 0.5, {0.62, 0.66, 0.64});
  ASSERT_EQ(read_front(store_).front.back().rival, "small");
  const auto found = why("member");
  ASSERT_TRUE(found.rival);
  EXPECT_EQ(found.rival->row.candidate.hash, "small");
  EXPECT_LT(found.rival->ahead.mean, found.rival->ahead.margin);
  EXPECT_EQ(found.row.rival, "small");
  ASSERT_TRUE(found.rival->resolve);
  EXPECT_EQ(found.rival->resolve,
            sets_to_tell_apart(found.rival->ahead.mean, *found.deviation, FrontReasons::kPower, 1000));
  EXPECT_NEAR(*found.deviation, 0.01 / std::sqrt(2), 1e-9);
}

TEST_F(ReasonsTest, UnconfirmedDesignsAreComparedByTheSearchsScores) {
  add("small", "random", 1000, 0.65, {0.60, 0.62});
  add("middle", "random", 3000, 0.75, {0.70, 0.73});
  add("asked", "random", 4000, 0.72);
  add("lucky", "random", 4000, 0.9);
  const auto found = why("asked");
  EXPECT_EQ(found.place, FrontPlace::kUnconfirmed);
  EXPECT_TRUE(found.searched);
  EXPECT_EQ(hashes(found.above), Names{"middle"});
  EXPECT_FALSE(found.above[0].fresh);
  EXPECT_NEAR(found.above[0].score, 0.75, 1e-9);
  EXPECT_NEAR(found.above[0].ahead.mean, -0.03, 1e-9);
  EXPECT_NEAR(found.above[0].ahead.error, *found.deviation * std::sqrt(2), 1e-9);
  EXPECT_TRUE(std::isinf(found.above[0].ahead.margin));
  EXPECT_NEAR(found.bounds[0].beyond, 0.75, 1e-9);
  EXPECT_TRUE(why("lucky").above.empty());
  add("chosen too early", "random", 3500, 0.8, {0.5, 0.5});
  EXPECT_NEAR(why("asked").bounds[0].beyond, 0.75, 1e-9) << "it is on no front";
}

TEST_F(ReasonsTest, WithoutFreshSeedsAllIsByTheSearch) {
  add("small", "random", 1000, 0.5);
  add("asked", "random", 2000, 0.45);
  const auto plain = why("asked");
  EXPECT_EQ(plain.place, FrontPlace::kDominated);
  EXPECT_FALSE(plain.above[0].standard_errors());
  EXPECT_FALSE(plain.rival->resolve);
  EXPECT_FALSE(plain.deviation);
  const auto expected = why("asked", 0.02);
  EXPECT_EQ(expected.deviation, 0.02);
  EXPECT_NEAR(*expected.above[0].standard_errors(), -0.05 / 0.02 / std::sqrt(2), 1e-9);
  EXPECT_EQ(expected.rival->resolve, sets_to_tell_apart(0.05, 0.02, FrontReasons::kPower, 1000));
}

TEST_F(ReasonsTest, EqualDesignsHaveNoNoiseToMeasure) {
  add("first", "random", 1000, 0.5, {0.6, 0.62});
  add("second", "random", 1000, 0.5, {0.6, 0.62});
  EXPECT_EQ(why("first").place, FrontPlace::kMember);
  EXPECT_TRUE(why("first").bounds.empty());
  const auto found = why("second");
  EXPECT_EQ(found.place, FrontPlace::kDominated);
  EXPECT_EQ(hashes(found.above), Names{"first"});
  EXPECT_EQ(found.above[0].standard_errors(), 0);
}

TEST_F(ReasonsTest, TellWhatHasNoPlace) {
  add("member", "random", 1000, 0.5);
  add("infeasible", "random", 100, 0.05, {}, 0.05);
  add("control", "random control", 2000, 0.4);
  const auto met = [&](const std::string& hash, const std::string& origin, const EvaluationRecord& evaluation) {
    store_.put(CandidateRecord{.hash = hash, .text = hash, .origin = origin});
    auto record = evaluation;
    record.hash = hash;
    add(record);
  };
  met("diverged", "random", {.rung = Rung::kBattery, .finished = true, .outcome = Outcome::kDiverged});
  met("probed", "random", {.rung = Rung::kProbe, .finished = true, .score = 0.3});
  met("running", "random", {.rung = Rung::kBattery});
  met("variant", "without convolution", {.rung = Rung::kCounterfactual, .seed_set = 1, .finished = true, .score = 0.3});
  EXPECT_EQ(why("infeasible").place, FrontPlace::kInfeasible);
  EXPECT_EQ(why("control").place, FrontPlace::kControl);
  EXPECT_EQ(hashes(why("control").above), Names{"member"});
  EXPECT_EQ(why("diverged").place, FrontPlace::kFailed);
  EXPECT_EQ(why("diverged").outcome, Outcome::kDiverged);
  EXPECT_EQ(why("probed").place, FrontPlace::kProbed);
  EXPECT_TRUE(std::isnan(why("probed").score));
  EXPECT_EQ(why("running").place, FrontPlace::kUnderWay);
  EXPECT_EQ(why("variant").place, FrontPlace::kVariant);
}

TEST_F(ReasonsTest, TellsTheNearestOfManyThatItDominates) {
  add("member", "random", 1000, 0.5);
  for (int i = 1; i <= 100; ++i) add("d" + std::to_string(i), "random", 1000 + i, 0.5 - 0.001 * i);
  const auto found = why("member");
  EXPECT_EQ(found.below_count, 100);
  EXPECT_EQ(hashes(found.below), (Names{"d1", "d2", "d3", "d4", "d5"}));
}

}  // namespace
}  // namespace madsearch
