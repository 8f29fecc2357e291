#include "search/toy/toy.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "configs/errors.h"
#include "search/loop/evolution.h"
#include "search/toy/bench.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

const std::filesystem::path kFolder = in_source("tests/toy");

TEST(Toy, ScoresItsTrueFrontAsRecorded) {
  const auto toy = Toy::read(kFolder / "problem.txt", kFolder / "front.json");
  ASSERT_EQ(toy.front().size(), 62u);
  std::vector<Objectives> points;
  for (const auto& [objectives, text] : toy.front()) {
    EXPECT_EQ(toy.evaluate(text), objectives) << text;
    points.push_back(objectives);
  }
  EXPECT_EQ(hypervolume(points, toy.reference()), toy.hypervolume());
}

TEST(Toy, VariesTextsOfEightDigits) {
  const auto toy = Toy::read(kFolder / "problem.txt", kFolder / "front.json");
  Rng rng(Seed{1});
  for (int i = 0; i < 1000; ++i) {
    const auto a = toy.random(rng).value();
    const auto b = toy.random(rng).value();
    const auto crossed = toy.cross(a, b, rng).text;
    const auto mutated = toy.mutate(a, 2, rng);
    int changed = 0;
    for (int k = 0; k < Toy::kLayers; ++k) {
      changed += mutated.text[k] != a[k];
      EXPECT_TRUE(crossed[k] == a[k] || crossed[k] == b[k]);
    }
    EXPECT_LE(changed, 2);
    EXPECT_EQ(mutated.operators, (std::vector<std::string>{"reset", "reset"}));
    EXPECT_NO_THROW(toy.evaluate(mutated.text));
  }
}

TEST(Toy, BinsAreTenthsOfTheStateOfTheFront) {
  const auto toy = Toy::read(kFolder / "problem.txt", kFolder / "front.json");
  EXPECT_EQ(toy.bin("10101000"), 0);
  for (const auto& [objectives, text] : toy.front()) EXPECT_TRUE(toy.bin(text) >= 0 && toy.bin(text) < 10) << text;
  EXPECT_EQ(toy.bin(toy.front().back().second), 9);
}

TEST(Toy, RefusesATextThatIsNoCandidate) {
  const auto toy = Toy::read(kFolder / "problem.txt", kFolder / "front.json");
  EXPECT_THROW(toy.evaluate("1234567"), std::invalid_argument);
  EXPECT_THROW(toy.evaluate("1234567x"), std::invalid_argument);
}

TEST(Toy, SaysWhichFileIsMissing) {
  try {
    Toy::read("no/such/folder/problem.txt", kFolder / "front.json");
    FAIL() << "read a folder that isn't there";
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "no/such/folder/problem.txt: not a problem of 8 layers and 10 primitives (see search/toy/toy.h)");
  }
}

TEST(Bench, FindsTheFrontOfTheToyInFewEvaluations) {
  const auto toy = Toy::read(kFolder / "problem.txt", kFolder / "front.json");
  const auto found = bench_search(toy, long_search(8), 15);
  EXPECT_LE(found.median_to_95, 1500);  // 101 seeds are measured by `madsearch bench search`
  EXPECT_GE(found.reached, 13);
  EXPECT_GE(found.share, 0.95);
}

TEST(Bench, SharesAreHypervolumesOfEverythingEvaluated) {
  const auto toy = Toy::read(kFolder / "problem.txt", kFolder / "front.json");
  const auto options = short_search(300);
  Evolution evolution(toy, options, Seed{0}, {});
  std::vector<Objectives> points;
  while (const auto evaluation = evolution.next()) {
    points.push_back(toy.evaluate(evaluation->text));
    evolution.tell({.number = evaluation->number, .objectives = points.back()});
  }
  EXPECT_NEAR(bench_search(toy, options, 1).share, hypervolume(points, toy.reference()) / toy.hypervolume(), 1e-12);
}

TEST(Bench, RandomSearchStaysFarBehind) {
  const auto toy = Toy::read(kFolder / "problem.txt", kFolder / "front.json");
  auto options = long_search(8);
  options.algorithm = "random";
  const auto found = bench_search(toy, options, 3);
  EXPECT_EQ(found.reached, 0);
  EXPECT_LT(found.share, 0.85);
}

}  // namespace
}  // namespace madsearch
