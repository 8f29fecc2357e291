#include "engine/study/effects.h"

#include <gtest/gtest.h>

#include <map>

#include "search/architecture/parser.h"

namespace madsearch {
namespace {

using Matrix = std::vector<std::vector<double>>;

/// Stripes of four blocks, drawn at random.
std::vector<Genome> drawn(std::size_t count, Seed seed) {
  const std::vector<std::string> primitives = {"attention", "gla", "mamba", "swiglu", "mlp"};
  Rng rng(seed);
  std::vector<Genome> out;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text;
    for (int k = 0; k < 4; ++k) text += pick(rng, primitives) + " ";
    out.push_back(parse(text));
  }
  return out;
}

const Matrix one_run(std::size_t designs) { return Matrix(designs, {1}); }

/// What weights on some features give, with noise.
std::vector<double> scores(const DesignFeatures& designs, const std::map<std::string, double>& weights, double noise,
                           Seed seed) {
  Rng rng(seed);
  std::vector<double> out;
  for (const auto& row : designs.rows) {
    double sum = 0.5 + noise * normal(rng);
    for (std::size_t j = 0; j < row.size(); ++j)
      if (const auto found = weights.find(designs.features[j].name); found != weights.end())
        sum += found->second * row[j];
    out.push_back(sum);
  }
  return out;
}

/// The same as effects tell them: in place of the average of a group.
std::vector<double> truth(const DesignFeatures& designs, const std::map<std::string, double>& weights) {
  std::map<std::string, double> average, whole;
  std::vector<double> out;
  for (const auto& feature : designs.features) {
    const auto found = weights.find(feature.name);
    out.push_back(found == weights.end() ? 0 : found->second);
    average[feature.group] += feature.average * out.back();
    whole[feature.group] += feature.average;
  }
  for (std::size_t j = 0; j < out.size(); ++j) {
    const auto& feature = designs.features[j];
    if (feature.group != "attention") out[j] -= average[feature.group] / whole[feature.group];
    out[j] *= feature.unit;
  }
  return out;
}

TEST(Effects, RecoverWhatWasPlanted) {
  const auto designs = design_features(drawn(400, Seed{1}));
  const std::map<std::string, double> planted = {
      {"mamba", 0.4}, {"gla later", 0.3}, {"attention, none to all", 0.1}, {"attention before mlp", -0.2}};
  const auto values = scores(designs, planted, 0.01, Seed{2});
  const auto found = effects(designs, one_run(400), {values}, Seed{3}).front();
  const auto wanted = truth(designs, planted);
  EXPECT_GT(found.explained, 0.7);
  std::size_t covered = 0;
  for (std::size_t j = 0; j < wanted.size(); ++j) {
    const auto& effect = found.effects[j];
    const auto& name = designs.features[j].name;
    const bool holds = effect.low <= wanted[j] && wanted[j] <= effect.high;
    covered += holds;
    if (planted.contains(name)) {
      EXPECT_TRUE(effect.clear) << name;
      EXPECT_NEAR(effect.value, wanted[j], 0.25 * std::abs(wanted[j])) << name;
    }
    EXPECT_TRUE(!effect.clear || effect.value * wanted[j] > 0) << name << " is clear, and of the wrong sign";
  }
  EXPECT_GE(10 * covered, 9 * wanted.size()) << covered << " of " << wanted.size() << " intervals hold the truth";
}

TEST(Effects, FindNothingWhereThereIsNothing) {
  const auto designs = design_features(drawn(200, Seed{4}));
  Matrix targets;
  for (std::uint64_t k = 0; k < 5; ++k) targets.push_back(scores(designs, {}, 0.1, Seed{5}.derive(k)));
  std::size_t clear = 0;
  for (const auto& found : effects(designs, one_run(200), targets, Seed{6})) {
    EXPECT_LT(found.explained, 0.05);
    EXPECT_NEAR(found.mean, 0.5, 0.05);
    for (const auto& effect : found.effects) clear += effect.clear;
  }
  EXPECT_LE(clear, 1u);
}

/// One that searched among worse designs has a lower level; that is no effect of what it searched among.
TEST(Effects, LeaveToARunItsLevel) {
  auto genomes = drawn(200, Seed{7});
  Matrix runs;
  std::vector<double> values;
  Rng rng{Seed{8}};
  for (const auto& genome : genomes) {
    const bool second = text(genome).find("mamba") != std::string::npos ? chance(rng, 0.8) : chance(rng, 0.2);
    runs.push_back(second ? std::vector<double>{0, 1} : std::vector<double>{1, 0});
    values.push_back(0.5 + (second ? 0.3 : 0) + 0.03 * normal(rng));
  }
  const auto designs = design_features(genomes);
  const auto found = effects(designs, runs, {values}, Seed{9}).front();
  EXPECT_LT(found.explained, 0.1) << "a run's level is not counted";
  for (std::size_t j = 0; j < found.effects.size(); ++j)
    if (designs.features[j].name == "mamba") {
      EXPECT_FALSE(found.effects[j].clear);
    }
  EXPECT_GT(effects(designs, one_run(200), {values}, Seed{9}).front().explained, 0.2);
}

TEST(Effects, SayWhichGroupTellsWhat) {
  const auto designs = design_features(drawn(300, Seed{10}));
  const auto values = scores(designs, {{"mlp later", 0.5}}, 0.03, Seed{11});
  const auto found = effects(designs, one_run(300), {values}, Seed{12}).front();
  EXPECT_GT(found.alone.at("position"), found.alone.at("primitive") + 0.3);
  EXPECT_LT(found.without.at("position"), found.explained - 0.1);
  EXPECT_GT(found.without.at("primitive"), found.explained - 0.1);
}

}  // namespace
}  // namespace madsearch
