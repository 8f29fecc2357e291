#include "search/loop/evolution.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>

#include "search/toy/bench.h"
#include "search/toy/toy.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

const Toy& toy() {
  static const auto read = Toy::read(in_source("tests/toy/problem.txt"), in_source("tests/toy/front.json"));
  return read;
}

const std::vector<SeedDesign> kSeeds = {{"zeros", "00000000"}, {"steps", "01234567"}, {"back", "76543210"}};

SearchOptions eventful() {
  SearchOptions out;
  out.evaluations = 150;
  out.resample_after = 3;
  out.grid = {50, 100};
  out.confirm_seeds = 5;  // several rounds
  out.confirm_members = 3;
  return out;
}

bool fails(const std::string& text) { return text[0] == '9' || text[7] == '3'; }

/// A pure function of candidate, rung and seed set, with noise and failures.
Measurement measured(const Evaluation& evaluation) {
  Measurement out{.number = evaluation.number};
  if (fails(evaluation.text)) {
    out.outcome = Outcome::kDiverged;
    return out;
  }
  Rng noise(Seed{9}
                .derive(evaluation.text)
                .derive(std::uint64_t(evaluation.rung))
                .derive(std::uint64_t(evaluation.seed_set)));
  out.objectives = toy().evaluate(evaluation.text);
  out.objectives[0] += 100 * normal(noise);
  out.violation = std::max(0.0, out.objectives[0]);
  out.score = uniform(noise);
  return out;
}

/// Runs to the end with up to `slots` under way, told in an order drawn from `order`.
std::vector<Evaluation> drive(Evolution& evolution, std::size_t slots, Seed order) {
  Rng rng(order);
  std::vector<Evaluation> out;
  std::vector<Evaluation> underway;
  while (!evolution.finished()) {
    while (underway.size() < slots) {
      const auto evaluation = evolution.next();
      if (!evaluation) break;
      out.push_back(*evaluation);
      underway.push_back(*evaluation);
    }
    if (underway.empty()) throw std::logic_error("neither finished nor anything under way");
    const auto chosen = below(rng, underway.size());
    evolution.tell(measured(underway[chosen]));
    underway.erase(underway.begin() + static_cast<std::ptrdiff_t>(chosen));
  }
  return out;
}

std::vector<Evaluation> sequence(const SearchOptions& options, Seed seed = Seed{1}) {
  Evolution evolution(toy(), options, seed, kSeeds);
  return drive(evolution, 1, Seed{0});
}

TEST(Evolution, IsTheSameForAnyNumberOfSlotsAndAnyOrderOfResults) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed, std::uint64_t order) {
    auto options = eventful();
    options.lag = *rc::gen::inRange(1, 20);
    options.algorithm = *rc::gen::element<std::string>("nsga2", "regularized", "random");
    options.probe = *rc::gen::arbitrary<bool>();
    options.control = *rc::gen::element<std::string>("none", "random");
    Evolution one(toy(), options, Seed{seed}, kSeeds);
    Evolution many(toy(), options, Seed{seed}, kSeeds);
    const auto expected = drive(one, 1, Seed{0});
    RC_ASSERT(drive(many, static_cast<std::size_t>(*rc::gen::inRange(1, 40)), Seed{order}) == expected);
    RC_ASSERT(many.signature() == one.signature());
    RC_ASSERT(many.operators() == one.operators());
    RC_ASSERT(many.front() == one.front());
  }));
}

TEST(Evolution, ResumesAfterAKillAtAnyNumber) {
  auto options = eventful();
  options.control = "random";
  const auto expected = sequence(options);
  EXPECT_TRUE(rc::check([&](std::uint64_t order) {
    const auto killed_at = *rc::gen::inRange<std::size_t>(0, expected.size());
    Rng rng(Seed{order});
    std::map<std::int64_t, Measurement> stored;  // of what was under way when the run was killed some is missing
    for (std::size_t i = 0; i < killed_at; ++i)
      if (i + 8 < killed_at || chance(rng, 0.5)) stored[expected[i].number] = measured(expected[i]);
    Evolution resumed(toy(), options, Seed{1}, kSeeds);
    std::vector<Evaluation> found;
    std::vector<Evaluation> underway;
    while (!resumed.finished()) {
      while (const auto evaluation = resumed.next()) {
        found.push_back(*evaluation);
        if (const auto known = stored.find(evaluation->number); known != stored.end())
          resumed.tell(known->second);
        else
          underway.push_back(*evaluation);
      }
      if (underway.empty()) continue;
      resumed.tell(measured(underway.back()));
      underway.pop_back();
    }
    RC_ASSERT(found == expected);
  }));
}

TEST(Evolution, NumbersFromZeroAndStopsAtTheBudget) {
  auto options = eventful();
  options.confirm_seeds = 0;
  const auto found = sequence(options);
  ASSERT_EQ(found.size(), 150u);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].number, std::int64_t(i));
}

TEST(Evolution, NeverRepeatsACandidateAtARungAndSeedSet) {
  for (const char* algorithm : {"nsga2", "regularized", "random"}) {
    auto options = eventful();
    options.algorithm = algorithm;
    options.evaluations = 1500;
    options.control = "random";
    std::set<std::tuple<std::string, Rung, std::int64_t>> met;
    for (const auto& evaluation : sequence(options))
      EXPECT_TRUE(met.emplace(evaluation.text, evaluation.rung, evaluation.seed_set).second)
          << algorithm << " " << evaluation.number;
  }
}

TEST(Evolution, DecidesWithoutTheNewestResults) {
  // Another result of number 40 changes nothing before number 40 + lag.
  auto options = eventful();
  options.lag = 16;
  const auto run_with = [&](bool changed) {
    Evolution evolution(toy(), options, Seed{1}, kSeeds);
    std::vector<Evaluation> out;
    while (const auto evaluation = evolution.next()) {
      out.push_back(*evaluation);
      auto result = measured(*evaluation);
      if (changed && evaluation->number == 40) result = {.number = 40, .objectives = {-7000, 100}};
      evolution.tell(result);
    }
    return out;
  };
  const auto plain = run_with(false);
  const auto changed = run_with(true);
  const auto [first, other] = std::mismatch(plain.begin(), plain.end(), changed.begin(), changed.end());
  ASSERT_NE(first, plain.end());
  EXPECT_GE(first->number, 56);
}

TEST(Evolution, WaitsForTheResultThatIsOneLagBehind) {
  Evolution evolution(toy(), eventful(), Seed{1}, kSeeds);
  std::vector<Evaluation> handed;
  while (const auto evaluation = evolution.next()) handed.push_back(*evaluation);
  ASSERT_EQ(handed.size(), 8u);
  for (int i = 7; i > 0; --i) evolution.tell(measured(handed[i]));
  EXPECT_FALSE(evolution.next());
  evolution.tell(measured(handed[0]));
  EXPECT_EQ(evolution.next()->number, 8);
}

TEST(Evolution, RefusesResultsItDidNotAskFor) {
  Evolution evolution(toy(), eventful(), Seed{1}, kSeeds);
  const auto first = evolution.next();
  EXPECT_THROW(evolution.tell({.number = 1, .objectives = {1, 1}}), std::invalid_argument);
  EXPECT_THROW(evolution.tell({.number = 0}), std::invalid_argument);  // ok, but no objectives
  EXPECT_THROW(evolution.tell({.number = 0, .objectives = {1, std::nan("")}}), std::invalid_argument);
  evolution.tell(measured(*first));
  EXPECT_THROW(evolution.tell(measured(*first)), std::invalid_argument);
}

TEST(Evolution, StartsWithTheSeedDesignsAndTheirNeighboursAndRandoms) {
  const auto found = sequence(eventful());
  for (std::size_t i = 0; i < kSeeds.size(); ++i) {
    EXPECT_EQ(found[i].text, kSeeds[i].text);
    EXPECT_EQ(found[i].origin, "seed:" + kSeeds[i].name);
    EXPECT_EQ(found[i].rung, Rung::kBattery);
  }
  int neighbours = 0;
  int randoms = 0;
  for (std::size_t i = 3; i < 13; ++i) {  // population 10
    if (found[i].rung != Rung::kProbe) continue;
    if (found[i].origin == "random") ++randoms;
    if (found[i].parents.empty()) continue;
    EXPECT_TRUE(std::any_of(kSeeds.begin(), kSeeds.end(),
                            [&](const auto& design) { return design.text == found[i].parents[0]; }));
    int edits = 0;
    for (int k = 0; k < 8; ++k) edits += found[i].text[k] != found[i].parents[0][k];
    EXPECT_LE(edits, 2);
    ++neighbours;
  }
  EXPECT_GE(neighbours, 3);
  EXPECT_GE(randoms, 3);
}

}  // namespace
}  // namespace madsearch
