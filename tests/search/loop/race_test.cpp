#include "search/loop/race.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "configs/seed.h"
#include "results/origins.h"

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

/// A space where nothing has a counterfactual.
class Plain : public Space {
 public:
  std::optional<std::string> random(Rng&) const override { return std::nullopt; }
  Child mutate(const std::string& parent, int, Rng&) const override { return {parent, {}}; }
  Child cross(const std::string& a, const std::string&, Rng&) const override { return {a, {}}; }
  std::optional<std::string> counterfactual(const std::string&) const override { return std::nullopt; }
  int bin(const std::string&) const override { return 0; }
};
const Plain kPlain;

/// One where everything but "front1" has one.
class Convolved : public Plain {
 public:
  std::optional<std::string> counterfactual(const std::string& text) const override {
    return text == "front1" ? std::nullopt : std::optional(text + " without");
  }
};
const Convolved kConvolved;

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
      Race race(archive, {{"good", "front3"}, {"worse", "behind7"}}, budget(seeds, members), kPlain);
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
  Race race(archive, {{"only", "only"}}, budget(2, 1), kPlain);
  const auto found = finish(race, noisy(truth, 0.02));
  EXPECT_GE(found.at("only").size(), 2u);
}

TEST(Race, GivesMoreSeedsToNeighboursThatNoiseMayHaveSwappedThanToDesignsFarFromAnyOther) {
  const std::map<std::string, Objectives> truth = {
      {"near", {0.500, 3}}, {"nearer", {0.498, 3.1}}, {"apart", {0.3, 4}}, {"far", {0.1, 5}}};
  const auto archive = archive_of(truth);
  Race race(archive, {}, budget(5, 4), kPlain);
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
  Race race(archive, {{"beaten", "beaten"}}, budget(4, 3), kPlain);
  for (const auto& [text, sets] : finish(race, noisy(truth, 0.001))) EXPECT_EQ(sets.size(), 4u) << text;
}

TEST(Race, LetsContendersInThatTheFrontBeatsByLessThanNoiseOnly) {
  std::map<std::string, Objectives> truth = crowd(6);
  truth["hopeless"] = {0.99, 9};
  const auto archive = archive_of(truth);
  Race race(archive, {}, budget(6, 6), kPlain);
  const auto found = finish(race, noisy(truth, 0.03));
  EXPECT_TRUE(
      std::any_of(found.begin(), found.end(), [](const auto& design) { return design.first.starts_with("behind"); }));
  EXPECT_FALSE(found.contains("hopeless"));
}

TEST(Race, AFailureOnAFreshSeedEndsADesignsRace) {
  const auto truth = crowd(4);
  const auto archive = archive_of(truth);
  Race race(archive, {}, budget(5, 4), kPlain);
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
    Race race(archive, {}, budget(6, 4), kPlain);
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
  Race race(archive, {{"good", "front3"}}, budget(0, 10), kPlain);
  EXPECT_FALSE(race.next());
  EXPECT_TRUE(race.over());
}

/// As crowd, with the counterfactuals of all.
std::map<std::string, Objectives> with_counterfactuals(std::map<std::string, Objectives> truth) {
  auto out = truth;
  for (const auto& [text, point] : truth) out[text + " without"] = {point[0] + 0.1, point[1] - 0.5};
  return out;
}

std::vector<Evaluation> all_of(Race& race, const Measure& measure) {
  std::vector<Evaluation> out;
  while (const auto evaluation = race.next()) {
    out.push_back(*evaluation);
    race.add(*evaluation, measure(*evaluation));
  }
  EXPECT_TRUE(race.over());
  return out;
}

TEST(Race, MeasuresMembersOfTheFrontBesideTheirCounterfactualsWithinItsBudget) {
  const auto truth = crowd(6);
  const auto archive = archive_of(truth);
  const auto measure = noisy(with_counterfactuals(truth), 0.01);
  Race race(archive, {}, budget(4, 6), kConvolved);
  const auto found = all_of(race, measure);
  EXPECT_EQ(found.size(), 24u);
  std::map<std::string, std::set<std::int64_t>> raced;
  Seeds beside;  // by member
  for (const auto& evaluation : found) {
    if (evaluation.rung == Rung::kConfirm) {
      raced[evaluation.text].insert(evaluation.seed_set);
      EXPECT_FALSE(evaluation.text.ends_with("without")) << "a counterfactual does not race";
      continue;
    }
    EXPECT_EQ(evaluation.rung, Rung::kCounterfactual);
    EXPECT_EQ(evaluation.origin, kWithoutConvolution);
    ASSERT_EQ(evaluation.parents.size(), 1u);
    const auto& member = evaluation.parents[0];
    EXPECT_EQ(evaluation.text, member + " without");
    EXPECT_TRUE(raced[member].contains(evaluation.seed_set)) << "on a seed set that its member had";
    beside[member].push_back(evaluation.seed_set);
  }
  EXPECT_GE(beside.size(), 3u);
  EXPECT_FALSE(beside.contains("front1")) << "which has none";
  for (const auto& [member, sets] : beside) EXPECT_TRUE(member.starts_with("front")) << member;
}

TEST(Race, KeepsNothingForCounterfactualsWithTwoSeedsOfEachOrWhereTheyAreSwitchedOff) {
  const auto truth = crowd(6);
  const auto archive = archive_of(truth);
  const auto measure = noisy(with_counterfactuals(truth), 0.01);
  auto off = budget(4, 6);
  off.counterfactuals = false;
  for (const auto& options : {budget(2, 6), off}) {
    Race race(archive, {}, options, kConvolved);
    for (const auto& evaluation : all_of(race, measure)) EXPECT_EQ(evaluation.rung, Rung::kConfirm);
  }
}

TEST(Race, DoesNotMeasureACounterfactualThatRaced) {
  const std::map<std::string, Objectives> truth = {{"a", {0.3, 4}}, {"a without", {0.5, 3}}};
  const auto archive = archive_of(truth);
  Race race(archive, {}, budget(4, 2), kConvolved);
  const auto measure = noisy({{"a", {0.3, 4}}, {"a without", {0.5, 3}}, {"a without without", {0.5, 3}}}, 0.01);
  std::set<std::pair<std::string, std::int64_t>> met;
  for (const auto& evaluation : all_of(race, measure))
    EXPECT_TRUE(met.emplace(evaluation.text, evaluation.seed_set).second) << evaluation.text;
}

}  // namespace
}  // namespace madsearch
