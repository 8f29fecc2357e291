#include "search/loop/race.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "configs/seed.h"

namespace madsearch {
namespace {

using Seeds = std::map<std::string, std::vector<std::int64_t>>;  // text -> seed sets in the order they were handed out
using Measure = std::function<Measurement(const Evaluation&)>;

/// Members with the given loss and size, whose search scores are the truth.
Archive archive_of(const std::map<std::string, Objectives>& members) {
  Archive out({});
  for (const auto& [text, point] : members) out.add({.text = text, .origin = "random", .objectives = point}, 0);
  return out;
}

SearchOptions budget(std::int64_t seeds, std::int64_t members) {
  SearchOptions out;
  out.confirm_seeds = seeds;
  out.confirm_members = members;
  return out;
}

Measure noisy(const std::map<std::string, Objectives>& truth, double noise) {
  return [=](const Evaluation& evaluation) {
    Measurement out{.objectives = truth.at(evaluation.text)};
    const auto set = Seed{7}.derive(static_cast<std::uint64_t>(evaluation.seed_set));
    Rng common(set), own(set.derive(evaluation.text));
    out.objectives[0] += noise * (normal(common) + normal(own));
    return out;
  };
}

Seeds finish(Race& race, const Measure& measure) {
  Seeds out;
  while (const auto evaluation = race.next()) {
    EXPECT_EQ(evaluation->rung, Rung::kConfirm);
    out[evaluation->text].push_back(evaluation->seed_set);
    race.add(*evaluation, measure(*evaluation));
  }
  EXPECT_TRUE(race.over());
  return out;
}

std::size_t total(const Seeds& seeds) {
  std::size_t out = 0;
  for (const auto& [text, sets] : seeds) out += sets.size();
  return out;
}

/// A front of `count` and as many designs just behind it.
std::map<std::string, Objectives> crowd(int count) {
  std::map<std::string, Objectives> out;
  for (int i = 0; i < count; ++i) {
    out["front" + std::to_string(i)] = {0.8 - 0.02 * i, 2.0 + 0.2 * i};
    out["behind" + std::to_string(i)] = {0.81 - 0.02 * i, 2.1 + 0.2 * i};
  }
  return out;
}

TEST(Race, SpendsItsBudgetExactlyOnTwoSeedsOrMoreOfEach) {
  const auto truth = crowd(12);
  const auto archive = archive_of(truth);
  for (const std::int64_t seeds : {2, 3, 5})
    for (const std::int64_t members : {0, 4, 10}) {
      Race race(archive, {{"good", "front3"}, {"worse", "behind7"}}, budget(seeds, members));
      const auto found = finish(race, noisy(truth, 0.03));
      EXPECT_EQ(total(found), static_cast<std::size_t>(seeds * (2 + members))) << seeds << " x (2 + " << members << ")";
      EXPECT_TRUE(found.contains("front3") && found.contains("behind7"));
      for (const auto& [text, sets] : found) {
        EXPECT_GE(sets.size(), 2u) << text;
        for (std::size_t i = 0; i < sets.size(); ++i) EXPECT_EQ(sets[i], static_cast<std::int64_t>(i) + 1) << text;
      }
    }
}

TEST(Race, OfOneDesignAloneEnds) {
  const std::map<std::string, Objectives> truth = {{"only", {0.5, 3}}, {"beaten", {0.9, 5}}};
  const auto archive = archive_of(truth);
  Race race(archive, {{"only", "only"}}, budget(2, 1));
  const auto found = finish(race, noisy(truth, 0.02));
  EXPECT_GE(found.at("only").size(), 2u);
}

TEST(Race, GivesMoreSeedsToNeighboursThatNoiseMayHaveSwappedThanToDesignsFarFromAnyOther) {
  const std::map<std::string, Objectives> truth = {
      {"near", {0.500, 3}}, {"nearer", {0.498, 3.1}}, {"apart", {0.3, 4}}, {"far", {0.1, 5}}};
  const auto archive = archive_of(truth);
  Race race(archive, {}, budget(5, 4));
  const auto found = finish(race, noisy(truth, 0.02));
  EXPECT_EQ(total(found), 20u);
  for (const auto* undecided : {"near", "nearer"})
    for (const auto* decided : {"apart", "far"})
      EXPECT_GT(found.at(undecided).size(), found.at(decided).size()) << undecided << " " << decided;
}

TEST(Race, SpendsEvenlyOnTheFrontWhereNothingIsUndecided) {
  const std::map<std::string, Objectives> truth = {
      {"a", {0.9, 3}}, {"b", {0.6, 4}}, {"c", {0.3, 5}}, {"beaten", {0.95, 5}}};
  const auto archive = archive_of(truth);
  Race race(archive, {{"beaten", "beaten"}}, budget(4, 3));
  for (const auto& [text, sets] : finish(race, noisy(truth, 0.001))) EXPECT_EQ(sets.size(), 4u) << text;
}

TEST(Race, LetsContendersInThatTheFrontBeatsByLessThanNoiseOnly) {
  std::map<std::string, Objectives> truth = crowd(6);
  truth["hopeless"] = {0.99, 9};
  const auto archive = archive_of(truth);
  Race race(archive, {}, budget(6, 6));
  const auto found = finish(race, noisy(truth, 0.03));
  EXPECT_TRUE(
      std::any_of(found.begin(), found.end(), [](const auto& design) { return design.first.starts_with("behind"); }));
  EXPECT_FALSE(found.contains("hopeless"));
}

TEST(Race, AFailureOnAFreshSeedEndsADesignsRace) {
  const auto truth = crowd(4);
  const auto archive = archive_of(truth);
  Race race(archive, {}, budget(5, 4));
  const auto measure = noisy(truth, 0.03);
  const auto found = finish(race, [&](const Evaluation& evaluation) {
    return evaluation.text == "front1" ? Measurement{.outcome = Outcome::kDiverged} : measure(evaluation);
  });
  EXPECT_EQ(found.at("front1").size(), 2u);
  EXPECT_GT(found.at("front0").size(), 2u);
}

TEST(Race, DecidesARoundOnceEveryResultOfTheLastIsThere) {
  const auto truth = crowd(4);
  const auto archive = archive_of(truth);
  const auto measure = noisy(truth, 0.03);
  const auto told = [&](bool backwards) {
    Race race(archive, {}, budget(6, 4));
    std::vector<Evaluation> out;
    while (!race.over()) {
      std::vector<Evaluation> round;
      while (const auto evaluation = race.next()) round.push_back(*evaluation);
      out.insert(out.end(), round.begin(), round.end());
      if (backwards) std::reverse(round.begin(), round.end());
      for (const auto& evaluation : round) {
        EXPECT_FALSE(race.next());
        race.add(evaluation, measure(evaluation));
      }
    }
    return out;
  };
  const auto found = told(false);
  EXPECT_EQ(found.size(), 24u);
  EXPECT_TRUE(told(true) == found);
}

TEST(Race, AsksForNothingWithoutABudget) {
  const auto archive = archive_of(crowd(4));
  Race race(archive, {{"good", "front3"}}, budget(0, 10));
  EXPECT_FALSE(race.next());
  EXPECT_TRUE(race.over());
}

}  // namespace
}  // namespace madsearch
