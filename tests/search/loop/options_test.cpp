#include "search/loop/options.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

SearchOptions read(const std::string& yaml) { return read_search(Reader::text(yaml, "quick.yaml").child("search")); }

std::string message(const std::string& yaml) {
  try {
    read(yaml);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(SearchOptions, AreTheDefaultsWhereNothingIsSaid) {
  const auto read_ones = read("search: {}");
  const SearchOptions defaults;
  EXPECT_EQ(read_ones.algorithm, defaults.algorithm);
  EXPECT_EQ(read_ones.evaluations, defaults.evaluations);
  EXPECT_EQ(read_ones.crossover, defaults.crossover);
  EXPECT_EQ(read_ones.mutations, defaults.mutations);
  EXPECT_EQ(read_ones.lag, defaults.lag);
  EXPECT_EQ(read_ones.probe, defaults.probe);
  EXPECT_EQ(read_ones.eta, defaults.eta);
  EXPECT_EQ(read_ones.resample_after, defaults.resample_after);
  EXPECT_EQ(read_ones.grid, defaults.grid);
  EXPECT_EQ(read_ones.confirm_seeds, defaults.confirm_seeds);
  EXPECT_EQ(read_ones.confirm_members, defaults.confirm_members);
}

TEST(SearchOptions, TakeEveryKey) {
  const auto options = read(
      "search: {algorithm: regularized, evaluations: 60, population: 12, crossover: 0.25, mutations: 1, lag: 4, "
      "eta: 2,\n"
      "  resample_after: 3, grid: [0.01, 0.15], confirm_seeds: 5, confirm_members: 7}");
  EXPECT_EQ(options.algorithm, "regularized");
  EXPECT_EQ(options.evaluations, 60);
  EXPECT_EQ(options.population, 12);
  EXPECT_EQ(options.crossover, 0.25);
  EXPECT_EQ(options.mutations, 1);
  EXPECT_EQ(options.lag, 4);
  EXPECT_EQ(options.eta, 2);
  EXPECT_EQ(options.resample_after, 3);
  EXPECT_EQ(options.grid, (std::vector<double>{0.01, 0.15}));
  EXPECT_EQ(options.confirm_seeds, 5);
  EXPECT_EQ(options.confirm_members, 7);
}

TEST(SearchOptions, ChooseThePopulationFromTheEvaluations) {
  EXPECT_EQ(read("search: {evaluations: 30}").resolved_population(), 8);
  EXPECT_EQ(read("search: {evaluations: 300}").resolved_population(), 20);
  EXPECT_EQ(read("search: {evaluations: 3000}").resolved_population(), 40);
  EXPECT_EQ(read("search: {evaluations: 3000, population: 12}").resolved_population(), 12);
}

TEST(SearchOptions, SuggestTheAlgorithmThatWasMeant) {
  const auto text = message("search:\n  algorithm: nsga\n");
  EXPECT_NE(text.find("quick.yaml:2:14:"), std::string::npos) << text;
  EXPECT_NE(text.find("  did you mean \"nsga2\"?"), std::string::npos) << text;
}

TEST(SearchOptions, RefuseAnUnknownKey) {
  EXPECT_NE(message("search: {popluation: 20}").find("  did you mean \"population\"?"), std::string::npos);
}

TEST(SearchOptions, RefuseAPopulationTooSmallToBreed) {
  EXPECT_NE(message("search: {population: 3}").find("population must be 0 (chosen from evaluations) or at least 4"),
            std::string::npos);
}

TEST(SearchOptions, RefuseASingleFreshSeed) {
  EXPECT_NE(message("search: {confirm_seeds: 1}")
                .find("confirm_seeds must be 0 or at least 2: one fresh seed has no interval"),
            std::string::npos);
}

TEST(SearchOptions, RefuseAProbeWhichStandsAboveThem) {
  EXPECT_NE(message("search: {probe: probe}").find("unknown key \"probe\""), std::string::npos)
      << message("search: {probe: probe}");
}

TEST(SearchOptions, RefuseAStepOfZeroInTheGrid) {
  EXPECT_NE(message("search: {grid: [0.1, 0]}").find("a step of the grid must be above 0"), std::string::npos);
}

}  // namespace
}  // namespace madsearch
