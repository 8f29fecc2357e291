// `madsearch effects`.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

constexpr const char* kQuick = "tests/data/runs/quick";

TEST(EffectsCommand, ShowsWhatWentWithScores) {
  const auto ran = run_madsearch(std::string("effects ") + kQuick + " --top 3");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(
      ran.out,
      R"(what went with scores in tests/data/runs/quick: 35 designs, 24 features, battery quick, the search's scores
few designs for so many features (10 a feature would do): read intervals, not effects
no causes: the search chose these designs, the better ones more often, and features that go together share an effect

  of                        mean  explained  attention  neighbours  position  primitive
  score                    0.562       0.64       0.30       -0.02      0.03      -0.07
  in-context-recall        0.792       0.59       0.33        0.00     -0.02      -0.04
  fuzzy-in-context-recall  0.555       0.12       0.17       -0.03      0.06      -0.15
  noisy-in-context-recall  0.794       0.65       0.33        0.01      0.07      -0.07
  selective-copying        0.453       0.74       0.69        0.34     -0.08       0.49
  compression              0.215      -0.25       0.04       -0.14     -0.02       0.25
  memorization             0.983      -0.10      -0.01       -0.09     -0.13      -0.14
explained: share of the variance between designs that a ridge regression tells of left-out ones (10 folds),
by all features, then by each group alone; at 0 or below the mean does as well

    score  95 % interval    recall  fuzzy-recall  noisy-recall  selective-copying  step
  +0.036   -0.019..+0.068  +0.043        -0.011        -0.014             +0.146*  attention
  -0.049   -0.071..-0.008  -0.058        -0.055        -0.043             -0.068*  swiglu
  +0.341   +0.150..+0.516  +0.339        +0.402*       +0.429             +0.515*  attention later
a step: a block (a pair of neighbours) of it in place of an average one, or a block of it last instead of first;
intervals: bootstrapped over designs; *: not 0 either where all effects on that score are judged together
21 more features, of less sure effects: --top, --format json
)");
}

TEST(EffectsCommand, HasItAllInJson) {
  const auto ran = run_madsearch(std::string("effects ") + kQuick + " --format json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto found = Json::parse(ran.out);
  EXPECT_EQ(found.at("runs"), Json::array({kQuick}));
  EXPECT_EQ(found.at("battery"), "quick");
  EXPECT_EQ(found.at("protocol"), "madsearch");
  EXPECT_EQ(found.at("designs"), 35);
  EXPECT_EQ(found.at("few"), true);
  ASSERT_EQ(found.at("explained").size(), 7u);
  EXPECT_EQ(found.at("explained")[0].at("of"), "score");
  EXPECT_LT(found.at("explained")[0].at("explained"), 1);
  EXPECT_TRUE(found.at("explained")[0].at("alone").contains("primitive"));
  EXPECT_TRUE(found.at("explained")[0].at("without").contains("neighbours"));
  for (const auto& feature : found.at("features")) {
    EXPECT_GT(feature.at("step"), 0);
    EXPECT_EQ(feature.at("on").size(), 7u);
    for (const auto& effect : feature.at("on")) EXPECT_LE(effect.at("low"), effect.at("high"));
  }
}

/// A run and its copy are twice the same designs, which count once.
TEST(EffectsCommand, TakesSeveralRuns) {
  const auto ran = run_madsearch(std::string("effects ") + kQuick + " " + kQuick + " --format json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(Json::parse(ran.out).at("designs"), 35);
}

TEST(EffectsCommand, RefusesRunsThatDontCompareAndTooFewDesigns) {
  const StubRun stub;
  ASSERT_EQ(stub.run().code, 0);
  const auto few = run_madsearch("effects " + stub.out());
  EXPECT_EQ(few.code, 2);
  EXPECT_EQ(few.err, "effects need 20 designs that completed the battery; " + stub.out() + " has 12\n");
  const auto other = run_madsearch(std::string("effects ") + kQuick + " tests/data/runs/finished");
  EXPECT_EQ(other.code, 2);
  EXPECT_EQ(other.err,
            "effects are of runs of one battery, protocol and scoring:\n"
            "  tests/data/runs/quick has battery quick (36b59e16), protocol madsearch, scoring 3\n"
            "  tests/data/runs/finished has battery quick (a2420144), protocol madsearch, scoring 1\n");
}

}  // namespace
}  // namespace madsearch
