#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "results/origins.h"
#include "search/loop/evolution.h"
#include "search/loop/promotion.h"
#include "search/toy/bench.h"
#include "search/toy/toy.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

const Toy& toy() {
  static const auto read = Toy::read(in_source("tests/toy/problem.txt"), in_source("tests/toy/front.json"));
  return read;
}

const std::vector<SeedDesign> kSeeds = {{"zeros", "00000000"}, {"steps", "01234567"}};
using Score = std::function<Measurement(const Evaluation&)>;

Measurement exact(const Evaluation& evaluation) {
  return {.number = evaluation.number, .objectives = toy().evaluate(evaluation.text)};
}

std::vector<Evaluation> finish(Evolution& evolution, const Score& score) {
  std::vector<Evaluation> out;
  while (const auto evaluation = evolution.next()) {
    out.push_back(*evaluation);
    evolution.tell(score(*evaluation));
  }
  EXPECT_TRUE(evolution.finished());
  return out;
}

Evaluation probe(const std::string& text) { return {.text = text}; }
std::string climber(Promotion& promotion) {
  const auto found = promotion.take();
  return found ? found->text : "nobody";
}

TEST(Promotion, LetsTheBestThirdOfABinClimb) {
  Promotion promotion(3);
  for (int i = 0; i < 9; ++i) promotion.add(probe(std::to_string(i)), {.objectives = {double(i), double(i)}}, 4);
  EXPECT_EQ(climber(promotion), "0");
  EXPECT_EQ(climber(promotion), "1");
  EXPECT_EQ(climber(promotion), "2");
  EXPECT_EQ(climber(promotion), "nobody");
}

TEST(Promotion, LetsOneClimbInABinWithFewResults) {
  Promotion promotion(3);
  promotion.add(probe("rich"), {.objectives = {0.1, 6}}, 6);
  promotion.add(probe("poor"), {.objectives = {0.9, 2}}, 2);
  promotion.add(probe("poorer"), {.objectives = {0.95, 2}}, 2);
  EXPECT_EQ(climber(promotion), "poor");
  EXPECT_EQ(climber(promotion), "rich");
  EXPECT_EQ(climber(promotion), "nobody");
}

TEST(Promotion, NeverLetsAFailureClimb) {
  Promotion promotion(3);
  promotion.add(probe("diverged"), {.outcome = Outcome::kDiverged}, 0);
  EXPECT_EQ(climber(promotion), "nobody");
  promotion.add(probe("infeasible"), {.violation = 1, .objectives = {0, 0}}, 0);
  promotion.add(probe("feasible"), {.objectives = {9, 9}}, 0);
  EXPECT_EQ(climber(promotion), "feasible");
}

TEST(Phases, SeedDesignsAreAtMostHalfOfTheFirstPopulation) {
  // Twelve seed designs beat everything; had they filled the population of 8, only they would breed.
  std::vector<SeedDesign> seeds;
  std::set<std::string> texts;
  for (char digit = '0'; digit <= '5'; ++digit)
    for (const char* tail : {"0", "1"}) seeds.push_back({"seed", std::string(7, digit) + tail});
  for (const auto& design : seeds) texts.insert(design.text);
  SearchOptions options;
  options.evaluations = 100;
  options.population = 8;
  options.probe = false;
  Evolution evolution(toy(), options, Seed{1}, seeds);
  std::int64_t others = 0;
  for (const auto& evaluation : finish(evolution, [&](const Evaluation& evaluation) {
         return texts.contains(evaluation.text)
                    ? Measurement{.number = evaluation.number,
                                  .objectives = {-9000.0 - double(evaluation.number), double(evaluation.number)}}
                    : exact(evaluation);
       }))
    if (evaluation.number >= 24)
      others += std::count_if(evaluation.parents.begin(), evaluation.parents.end(),
                              [&](const auto& parent) { return !texts.contains(parent); });
  EXPECT_GT(others, 5);
}

TEST(Phases, OnlyWhatCompletedBatteryEntersTheArchive) {
  SearchOptions options;
  Evolution evolution(toy(), options, Seed{1}, kSeeds);
  std::set<std::string> battery;
  std::set<std::string> probed;
  std::int64_t probes = 0;
  for (const auto& evaluation : finish(evolution, exact)) {
    EXPECT_TRUE(std::all_of(evaluation.parents.begin(), evaluation.parents.end(),
                            [&](const auto& parent) { return battery.contains(parent); }));
    if (evaluation.rung == Rung::kProbe) {
      probed.insert(evaluation.text);
      ++probes;
    } else {
      EXPECT_TRUE(probed.contains(evaluation.text) || evaluation.origin.rfind("seed:", 0) == 0) << evaluation.text;
      battery.insert(evaluation.text);
    }
  }
  std::set<std::string> archived;
  for (const auto& member : evolution.archive()) archived.insert(member.text);
  EXPECT_EQ(archived, battery);
  EXPECT_GT(probes, 150);  // of 300
  EXPECT_GT(battery.size(), 40u);
}

SearchOptions controlled() {
  SearchOptions out;
  out.evaluations = 302;  // 300 behind the seed designs
  out.control = "random";
  out.control_share = 0.2;
  out.confirm_seeds = 3;
  out.confirm_members = 10;
  return out;
}

bool of_control(const Evaluation& evaluation) { return evaluation.origin == kRandomControl; }

TEST(Phases, TheControlHasItsShareAndTakesNoPart) {
  Evolution evolution(toy(), controlled(), Seed{1}, kSeeds);
  std::set<std::string> drawn;
  std::set<std::string> used;
  std::map<Rung, int> controls;
  for (const auto& evaluation : finish(evolution, exact)) {
    if (of_control(evaluation)) {
      ++controls[evaluation.rung];
      EXPECT_EQ(drawn.insert(evaluation.text).second, evaluation.rung == Rung::kProbe);
    } else {
      used.insert(evaluation.text);
      used.insert(evaluation.parents.begin(), evaluation.parents.end());
    }
  }
  for (const auto& member : evolution.archive()) used.insert(member.text);
  EXPECT_EQ(controls[Rung::kProbe] + controls[Rung::kBattery], 60);
  EXPECT_GT(controls[Rung::kBattery], 10);  // they climb, too
  EXPECT_EQ(controls[Rung::kConfirm], 0);
  EXPECT_TRUE(std::none_of(drawn.begin(), drawn.end(), [&](const auto& text) { return used.contains(text); }));
  EXPECT_FALSE(evolution.operators().contains(kRandomControl));
}

TEST(Phases, TheControlKnowsNothingOfTheSearch) {
  const auto drawn = [](const Score& score) {
    Evolution evolution(toy(), controlled(), Seed{1}, kSeeds);
    auto out = finish(evolution, score);
    std::erase_if(out, [](const Evaluation& evaluation) { return !of_control(evaluation); });
    return out;
  };
  const auto other_search = [](const Evaluation& evaluation) {
    auto out = exact(evaluation);
    if (!of_control(evaluation)) std::swap(out.objectives[0], out.objectives[1]);
    return out;
  };
  EXPECT_TRUE(drawn(exact) == drawn(other_search));
}

TEST(Phases, AProbeChangesNoRank) {
  // Probes claim wonders; only battery counts in archive and front.
  SearchOptions options;
  Evolution evolution(toy(), options, Seed{1}, kSeeds);
  finish(evolution, [](const Evaluation& evaluation) {
    auto out = exact(evaluation);
    if (evaluation.rung == Rung::kProbe) out.objectives = {-9999, 0};
    return out;
  });
  for (const auto& member : evolution.archive()) EXPECT_EQ(member.objectives, toy().evaluate(member.text));
}

TEST(Phases, FailuresAreStoredAndNeverParents) {
  SearchOptions options;
  options.evaluations = 600;
  options.probe = false;
  Evolution evolution(toy(), options, Seed{2}, kSeeds);
  const auto fails = [](const std::string& text) { return text != "00000000" && (text[1] - '0') % 2 == 1; };
  std::int64_t failures = 0;
  std::int64_t children = 0;
  for (const auto& evaluation : finish(evolution, [&](const Evaluation& evaluation) {
         return fails(evaluation.text) ? Measurement{.number = evaluation.number, .outcome = Outcome::kOutOfMemory}
                                       : exact(evaluation);
       })) {
    failures += fails(evaluation.text) ? 1 : 0;
    for (const auto& parent : evaluation.parents) {
      const bool neighbour_of_seed =
          std::any_of(kSeeds.begin(), kSeeds.end(), [&](const auto& design) { return design.text == parent; });
      EXPECT_TRUE(!fails(parent) || neighbour_of_seed) << parent;
      ++children;
    }
  }
  EXPECT_GT(failures, 30);
  EXPECT_GT(children, 300);
  EXPECT_EQ(evolution.archive().size(), 600u);
  EXPECT_EQ(std::count_if(evolution.archive().begin(), evolution.archive().end(),
                          [](const Member& member) { return member.objectives.empty(); }),
            failures);
  for (const auto i : evolution.front()) EXPECT_FALSE(fails(evolution.archive()[i].text));
}

TEST(Phases, GoesOnWhereEverythingFails) {
  SearchOptions options;
  options.probe = false;
  Evolution evolution(toy(), options, Seed{2}, kSeeds);
  EXPECT_EQ(finish(evolution,
                   [](const Evaluation& evaluation) {
                     return Measurement{.number = evaluation.number, .outcome = Outcome::kLost};
                   })
                .size(),
            300u);
  EXPECT_TRUE(evolution.front().empty());
}

TEST(Phases, AMemberWithManyChildrenGetsFreshSeedsAndTheirMean) {
  SearchOptions options;
  options.probe = false;
  options.resample_after = 3;
  Evolution evolution(toy(), options, Seed{3}, kSeeds);
  std::map<std::string, std::set<std::int64_t>> sets;
  for (const auto& evaluation : finish(evolution, [](const Evaluation& evaluation) {
         auto out = exact(evaluation);
         out.objectives[0] += 60.0 * static_cast<double>(evaluation.seed_set);
         return out;
       })) {
    EXPECT_EQ(evaluation.rung, Rung::kBattery);
    sets[evaluation.text].insert(evaluation.seed_set);
  }
  std::int64_t most = 0;
  std::int64_t resampled = 0;
  for (const auto& member : evolution.archive()) {
    const auto n = static_cast<std::int64_t>(sets.at(member.text).size());
    EXPECT_EQ(member.seeds, n);
    EXPECT_EQ(*sets.at(member.text).rbegin(), n - 1);
    EXPECT_NEAR(member.objectives[0], toy().evaluate(member.text)[0] + 30.0 * double(n - 1), 1e-9);
    EXPECT_LE(n - 1, member.children / 3);
    most = std::max(most, n);
    resampled += n > 1 ? 1 : 0;
  }
  EXPECT_EQ(most, 4);
  EXPECT_GT(resampled, 10);
}

TEST(Phases, ConfirmsSeedDesignsAndSpreadOutMembersOnFreshSeeds) {
  SearchOptions options;
  options.evaluations = 200;
  options.confirm_seeds = 3;
  options.confirm_members = 4;
  Evolution evolution(toy(), options, Seed{4}, kSeeds);
  const auto found = finish(evolution, exact);
  ASSERT_EQ(found.size(), 200u + 3 * (2 + 4));
  std::map<std::string, std::vector<std::int64_t>> sets;
  for (std::size_t i = 200; i < found.size(); ++i) {
    EXPECT_EQ(found[i].rung, Rung::kConfirm);
    sets[found[i].text].push_back(found[i].seed_set);
  }
  std::set<std::string> front;
  for (const auto i : evolution.front()) front.insert(evolution.archive()[i].text);
  for (const auto& [text, numbers] : sets) {
    EXPECT_GE(numbers.size(), 2u) << text;
    EXPECT_LE(numbers.size(), 3u) << text;  // without noise nothing is undecided
    EXPECT_TRUE(front.contains(text) || text == "00000000" || text == "01234567") << text;
  }
  EXPECT_TRUE(sets.contains("01234567"));
}

TEST(Phases, ConfirmWaitsForEveryEarlierResult) {
  SearchOptions options;
  options.evaluations = 20;
  options.confirm_seeds = 1;
  Evolution evolution(toy(), options, Seed{4}, kSeeds);
  std::vector<Evaluation> last;
  while (evolution.handed_out() < 20) {
    while (const auto evaluation = evolution.next()) last.push_back(*evaluation);
    if (evolution.handed_out() == 20) break;
    evolution.tell(exact(last.front()));
    last.erase(last.begin());
  }
  while (!last.empty()) {
    EXPECT_FALSE(evolution.next());
    EXPECT_FALSE(evolution.done());
    evolution.tell(exact(last.back()));
    last.pop_back();
  }
  EXPECT_EQ(evolution.next()->rung, Rung::kConfirm);
}

/// Fewest children of a bin of state that was occupied early.
std::int64_t fewest_children(std::vector<double> grid) {
  SearchOptions options;
  options.evaluations = 400;
  options.probe = false;
  options.grid = std::move(grid);
  Evolution evolution(toy(), options, Seed{5}, {});
  finish(evolution, exact);
  std::map<int, std::int64_t> children;
  for (const auto& member : evolution.archive())
    if (member.number < 100) children[toy().bin(member.text)] += 0;
  for (const auto& member : evolution.archive())
    if (const auto bin = children.find(toy().bin(member.text)); bin != children.end()) bin->second += member.children;
  EXPECT_GE(children.size(), 5u);
  return std::min_element(children.begin(), children.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->second;
}

TEST(Phases, AClosedSearchGoesOnWithConfirm) {
  SearchOptions options;
  options.confirm_seeds = 1;
  Evolution evolution(toy(), options, Seed{4}, kSeeds);
  std::vector<Evaluation> underway;
  while (const auto evaluation = evolution.next()) underway.push_back(*evaluation);
  ASSERT_EQ(underway.size(), 8u);
  evolution.close();
  for (const auto& evaluation : underway) {
    EXPECT_FALSE(evolution.next());
    evolution.tell(exact(evaluation));
  }
  for (const auto& evaluation : finish(evolution, exact)) EXPECT_EQ(evaluation.rung, Rung::kConfirm);
  EXPECT_EQ(evolution.handed_out(), 8 + 2);
}

TEST(Phases, BreedingTurnsGiveEveryOccupiedBinChildren) {
  EXPECT_GE(fewest_children({50, 100}), 10);
  EXPECT_LT(fewest_children({}), 3);
}

TEST(Phases, CountsWhatEachOperatorMade) {
  SearchOptions options;
  options.probe = false;
  Evolution evolution(toy(), options, Seed{6}, kSeeds);
  finish(evolution, exact);
  EXPECT_EQ(evolution.operators().size(), 3u);
  for (const char* name : {"crossover", "random", "reset"}) {
    const auto [made, entered] = evolution.operators().at(name);
    EXPECT_GT(made, 0) << name;
    EXPECT_GT(entered, 0) << name;
    EXPECT_LE(entered, made) << name;
  }
}

TEST(Phases, EndsWhenTheSpaceIsExhausted) {
  struct Coin : Space {
    std::optional<std::string> random(Rng& rng) const override { return chance(rng, 0.5) ? "heads" : "tails"; }
    Child mutate(const std::string&, int, Rng& rng) const override { return {*random(rng), {"flip"}}; }
    Child cross(const std::string& a, const std::string&, Rng&) const override { return {a, {"crossover"}}; }
    std::optional<std::string> counterfactual(const std::string&) const override { return std::nullopt; }
    int bin(const std::string&) const override { return 0; }
  } coin;
  SearchOptions options;
  options.probe = false;
  Evolution evolution(coin, options, Seed{1}, {});
  EXPECT_EQ(finish(evolution,
                   [](const Evaluation& evaluation) {
                     return Measurement{.number = evaluation.number, .objectives = {1, 1}};
                   })
                .size(),
            2u);
}

/// The numbers 0 to 5, and nothing else.
struct Dice : Space {
  std::optional<std::string> random(Rng& rng) const override { return std::to_string(below(rng, 6)); }
  Child mutate(const std::string&, int, Rng& rng) const override { return {*random(rng), {"roll"}}; }
  Child cross(const std::string& a, const std::string&, Rng&) const override { return {a, {"crossover"}}; }
  std::optional<std::string> counterfactual(const std::string&) const override { return std::nullopt; }
  int bin(const std::string&) const override { return 0; }
};

TEST(Phases, LetsProbesClimbAfterTheSpaceIsExhausted) {
  SearchOptions options;
  options.eta = 1;  // every probe may climb
  std::set<std::vector<std::string>> searches;
  for (const std::uint64_t order : {1, 2, 3}) {
    const Dice dice;
    Evolution evolution(dice, options, Seed{1}, {});
    Rng rng(Seed{order});
    std::vector<Evaluation> underway;
    std::vector<std::string> all;
    while (!evolution.finished()) {
      while (const auto evaluation = evolution.next()) {
        underway.push_back(*evaluation);
        all.push_back(to_text(evaluation->rung) + " " + evaluation->text);
      }
      if (underway.empty()) continue;
      const auto chosen = below(rng, underway.size());
      const auto value = std::stod(underway[chosen].text);
      evolution.tell({.number = underway[chosen].number, .objectives = {value, 5 - value}});
      underway.erase(underway.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
    EXPECT_TRUE(evolution.exhausted());
    EXPECT_EQ(evolution.archive().size(), 6u);
    searches.insert(all);
  }
  EXPECT_EQ(searches.size(), 1u) << "whatever the order of results";
  EXPECT_EQ(searches.begin()->size(), 12u);
}

TEST(Phases, GoesOnWithNeighboursWhereNothingCanBeDrawnAtRandom) {
  struct Narrow : Dice {
    std::optional<std::string> random(Rng&) const override { return std::nullopt; }
    Child mutate(const std::string& parent, int, Rng&) const override {
      return {std::to_string(std::min(std::stoi(parent) + 1, 20)), {"next"}};
    }
  } narrow;
  SearchOptions options;
  options.probe = false;
  Evolution evolution(narrow, options, Seed{1}, {{"first", "0"}});
  const auto told = finish(evolution, [](const Evaluation& evaluation) {
    return Measurement{.number = evaluation.number, .objectives = {1, -std::stod(evaluation.text)}};
  });
  EXPECT_GE(told.size(), 3u);
  EXPECT_TRUE(evolution.exhausted());
}

TEST(Phases, HandsOutRetriesAfterTheSearchAndBeforeTheRace) {
  SearchOptions options;
  options.evaluations = 30;
  options.population = 8;
  options.probe = false;
  options.confirm_seeds = 2;
  options.confirm_members = 2;
  std::string lost;
  const auto failing = [&](const Evaluation& evaluation) {
    auto out = exact(evaluation);
    if (evaluation.text != lost || evaluation.retry > 0) return out;
    return Measurement{.number = evaluation.number, .outcome = Outcome::kLost};
  };
  lost = kSeeds[0].text;
  Evolution before(toy(), options, Seed{3}, kSeeds);
  const auto first = finish(before, failing);
  options.retries = {{.text = lost, .rung = Rung::kBattery, .origin = "seed:zeros", .retry = 1},
                     {.text = lost, .rung = Rung::kConfirm, .seed_set = 1, .origin = "seed:zeros", .retry = 1}};
  Evolution evolution(toy(), options, Seed{3}, kSeeds);
  const auto told = finish(evolution, failing);
  for (std::size_t i = 0; i < 30; ++i) EXPECT_EQ(told[i], first[i]) << "nothing that was told is told in another way";
  EXPECT_EQ(told[30],
            (Evaluation{.number = 30, .text = lost, .rung = Rung::kBattery, .origin = "seed:zeros", .retry = 1}));
  EXPECT_EQ(told.back().rung, Rung::kConfirm);
  EXPECT_EQ(told.back().retry, 1);
  EXPECT_EQ(evolution.archive()[0].objectives, toy().evaluate(lost));
  EXPECT_TRUE(evolution.finished());
}

TEST(RunEvolution, KeepsAsManyEvaluationsUnderWayAsThereAreSlotsAndEndsWhenAllAreTold) {
  struct Counting : Evaluator {
    std::vector<Evaluation> underway;
    std::size_t most = 0;
    void start(const Evaluation& evaluation) override {
      underway.push_back(evaluation);
      most = std::max(most, underway.size());
    }
    Measurement wait() override {
      const auto out = exact(underway.back());
      underway.pop_back();
      return out;
    }
  } evaluator;
  Evolution evolution(toy(), {}, Seed{1}, kSeeds);
  run_evolution(evolution, evaluator, 4);
  EXPECT_EQ(evaluator.most, 4u);
  EXPECT_TRUE(evaluator.underway.empty());
  EXPECT_TRUE(evolution.finished());
  EXPECT_THROW(run_evolution(evolution, evaluator, 0), std::invalid_argument);
}

TEST(Signature, OfAFixedSmallSearchIsTheSameOnEveryMachine) { EXPECT_EQ(search_signature(toy()), "c5d50c10"); }

}  // namespace
}  // namespace madsearch
