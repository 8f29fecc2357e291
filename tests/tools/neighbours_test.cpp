// `madsearch neighbours`.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "program.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

/// A space of two primitives and a folder for trainings by stub workers.
class NeighboursCommand : public testing::Test {
 protected:
  NeighboursCommand() {
    write_file(space(), "battery: quick\nstages: 2\nprimitives: [canon, mlp]\nseeds: [canon mlp]\ndevices: cpu\n");
  }
  std::string space() const { return folder_.path + "/space.yaml"; }
  std::string log() const { return folder_.path + "/log"; }
  std::string command(const std::string& design, const std::string& worker = "madsearch stub-worker") const {
    return "neighbours " + design + " --log " + log() + " --devices cpu --slots 2 --worker '" + worker + "'";
  }
  std::vector<std::string> kept() const { return kept_trainings(log() + "/probe.jsonl"); }
  TemporaryFolder folder_;
};

TEST_F(NeighboursCommand, ShowsTheBestAndConfirmsThemOnFreshSeeds) {
  const auto ran =
      run_madsearch(command("'canon mlp'") + " --space " + space() + " --battery probe --top 3 --confirm 3");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.out, R"(variants of this design: canon mlp
partial score (not all six tasks) on battery probe, width 32, 2 seed sets: 0.584; state at 4096 tokens
the best 3 of 8, as they did beside it on the same seed sets
  difference  95 % interval   score  state  by                 design
      +0.022  +0.007..+0.037  0.606     64  change_knob        canon{conv=3} mlp
      +0.000  -0.020..+0.020  0.584     96  insert_and_delete  mlp canon
      -0.005  -0.020..+0.011  0.580     96  change_knob        canon mlp{activation=relu2}
the best of many is too good: chance chose it too

these again on 3 fresh seed sets, where the design has 0.575
  difference  95 % interval   score  state  by                 design
      +0.021  +0.011..+0.032  0.596     64  change_knob        canon{conv=3} mlp
      +0.018  +0.010..+0.026  0.593     96  insert_and_delete  mlp canon
      -0.014  -0.024..-0.003  0.561     96  change_knob        canon mlp{activation=relu2}
)");
}

TEST_F(NeighboursCommand, HasItAllInJson) {
  const auto ran = run_madsearch(command("'canon mlp'") + " --space " + space() + " --battery probe --format json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto found = Json::parse(ran.out);
  EXPECT_EQ(found.at("text"), "canon mlp");
  EXPECT_EQ(found.at("battery"), "probe");
  EXPECT_EQ(found.at("partial"), true);
  EXPECT_EQ(found.at("edits"), 1);
  EXPECT_TRUE(found.at("confirmed").is_null());
  double last = 1;
  std::set<std::string> ids;
  for (const auto& variant : found.at("variants")) {
    const double difference = variant.at("difference");
    EXPECT_LE(difference, last);
    last = difference;
    EXPECT_NEAR(difference, variant.at("score").get<double>() - found.at("score").get<double>(), 1e-9);
    EXPECT_LT(variant.at("difference_low"), difference);
    EXPECT_EQ(variant.at("operators").size(), 1u);
    EXPECT_EQ(variant.at("tasks").size(), 2u);
    EXPECT_TRUE(ids.insert(variant.at("id")).second);
  }
  EXPECT_GT(ids.size(), 5u);
}

/// What the page shows is what was printed; another space is another question.
TEST_F(NeighboursCommand, KeepsItsAnswersBesideItsTrainings) {
  const auto asked = command("'canon mlp'") + " --battery probe --format json --space ";
  const auto two = run_madsearch(asked + space());
  ASSERT_EQ(two.code, 0) << two.err;
  write_file(folder_.path + "/narrow.yaml",
             "battery: quick\nstages: 2\nprimitives: [canon, mlp]\nspace: {vary: mixers}\nseeds: [canon mlp]\n");
  const auto one = run_madsearch(asked + folder_.path + "/narrow.yaml");
  ASSERT_EQ(one.code, 0) << one.err;
  std::set<std::string> kept;
  for (const auto& file : std::filesystem::directory_iterator(log() + "/answers")) kept.insert(read_file(file.path()));
  EXPECT_EQ(kept, (std::set{one.out, two.out}));
}

/// The best are chosen on seed sets 0 and 1, and judged on 2 and 3.
TEST_F(NeighboursCommand, ConfirmsOnSeedSetsThatChoseNothing) {
  const auto base = command("'canon mlp'") + " --space " + space() + " --battery probe --top 2";
  ASSERT_EQ(run_madsearch(base).code, 0);
  const auto chosen = kept().size();
  const auto ran = run_madsearch(base + " --confirm 2 --format json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(kept().size() - chosen, 3u * 2 * 2) << "the design and two variants, two seed sets, two settings";
  const auto confirmed = Json::parse(ran.out).at("confirmed");
  EXPECT_EQ(confirmed.at("first_seed_set"), 2);
  EXPECT_EQ(confirmed.at("seed_sets"), 2);
  EXPECT_EQ(confirmed.at("variants").size(), 2u);
}

TEST_F(NeighboursCommand, GoesOnAfterAKillAndTrainsNothingTwice) {
  const std::string rest = " --space " + space() + " --battery probe";
  const auto killed =
      run_madsearch(command("'canon mlp'", "MADSEARCH_STUB=milliseconds=150 madsearch stub-worker") + rest, 1.2);
  ASSERT_EQ(killed.code, 128 + 9) << killed.out;
  const auto before = kept();
  ASSERT_FALSE(before.empty());
  const auto ran = run_madsearch(command("'canon mlp'") + rest);
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto after = kept();
  EXPECT_GT(after.size(), before.size());
  EXPECT_EQ(std::set<std::string>(after.begin(), after.end()).size(), after.size()) << "trained twice";
  const auto again = run_madsearch(command("'canon mlp'", "false") + rest);
  EXPECT_EQ(again.out, ran.out);
  EXPECT_EQ(kept(), after);
}

TEST_F(NeighboursCommand, SaysBeforehandHowManyThereAreAndWhatTheyCost) {
  const auto ran =
      run_madsearch(command("tests/data/runs/quick 60fef120") + " --battery probe --dry-run --format json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto found = Json::parse(ran.out);
  const int variants = found.at("variants");
  EXPECT_GT(variants, 100);
  EXPECT_EQ(found.at("trainings"), (variants + 1) * 2 * 2);
  EXPECT_GT(found.at("hours"), 0);
  int sum = 0;
  for (const auto& [name, count] : found.at("operators").items()) sum += count.get<int>();
  EXPECT_EQ(sum, variants);
  EXPECT_TRUE(kept().empty());
}

TEST_F(NeighboursCommand, RefusesWhatItCannotTake) {
  EXPECT_EQ(run_madsearch(command("'canon mlp'") + " --space " + space() + " --battery probe --most 5").err,
            "8 variants are above --most 5: take fewer --edits, a narrower --space or a higher --most; --dry-run says "
            "what they cost\n");
  EXPECT_EQ(run_madsearch(command("'canon mlp canon mlp'") + " --space " + space()).err,
            space() + " searches designs of 2 blocks, this one has 4\n");
  EXPECT_EQ(run_madsearch(command("'canon mlp'") + " --space " + space() + " --battery tiny").err,
            space() + " searches at width 32, battery tiny trains at width 16\n");
  const auto three = run_madsearch(command("'canon mlp'") + " --edits 3");
  EXPECT_EQ(three.code, 2);
  EXPECT_NE(three.err.find("must be an integer from 1 to 2, not \"3\""), std::string::npos) << three.err;
}

}  // namespace
}  // namespace madsearch
