#include "engine/study/design_features.h"

#include <gtest/gtest.h>

#include "configs/text.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

/// The features of the first of these designs and five `others`, "group name: value", a line each.
std::string of_first(const std::string& design, const std::string& other) {
  std::vector<Genome> designs(5, parse(design));
  designs.insert(designs.end(), 5, parse(other));
  const auto found = design_features(designs);
  std::string out;
  for (std::size_t j = 0; j < found.features.size(); ++j)
    out += found.features[j].group + " " + found.features[j].name + ": " + shown("%.3f", found.rows[0][j]) + "\n";
  return out;
}

TEST(DesignFeatures, SayWhatStandsWhereAndBesideWhat) {
  EXPECT_EQ(of_first("attention swiglu gla mlp", "[gla swiglu]x2"),
            "primitive attention: 0.250\n"
            "primitive gla: 0.250\n"
            "primitive mlp: 0.250\n"
            "primitive swiglu: 0.250\n"
            "position attention later: -0.125\n"
            "position gla later: 0.042\n"
            "position mlp later: 0.125\n"
            "position swiglu later: -0.042\n"
            "attention attention, none to all: 0.500\n"
            "attention attention, pure to half: 1.000\n"
            "neighbours attention before mlp: 0.333\n"
            "neighbours linear attention before mlp: 0.333\n");
}

TEST(DesignFeatures, FollowBranches) {
  EXPECT_EQ(of_first("gla (attention + canon mlp) moe", "gla gla gla gla moe"),
            "primitive attention: 0.200\n"
            "primitive canon: 0.200\n"
            "primitive gla: 0.200\n"
            "primitive mlp: 0.200\n"
            "position attention later: -0.050\n"
            "position gla later: -0.100\n"
            "position mlp later: 0.050\n"
            "attention attention, none to all: 0.333\n"
            "attention attention, pure to half: 0.889\n"
            "neighbours attention before mixture of experts: 0.200\n"
            "neighbours convolution before mlp: 0.200\n"
            "neighbours linear attention before attention: 0.200\n"
            "neighbours linear attention before convolution: 0.200\n"
            "neighbours linear attention before linear attention: 0.000\n"
            "neighbours linear attention before mixture of experts: 0.000\n"
            "neighbours mlp before mixture of experts: 0.200\n");
}

TEST(DesignFeatures, NeedFiveDesigns) {
  std::vector<Genome> designs(20, parse("gla swiglu"));
  for (std::size_t i = 0; i < 4; ++i) designs[i] = parse("mamba swiglu");
  for (const auto& feature : design_features(designs).features)
    EXPECT_EQ(feature.name.find("mamba"), std::string::npos) << feature.name;
}

TEST(DesignFeatures, TellStepsOfABlockAndOfAPair) {
  std::vector<Genome> designs(10, parse("gla swiglu gla swiglu"));
  designs.insert(designs.end(), 10, parse("attention swiglu mamba mlp"));
  for (const auto& feature : design_features(designs).features) {
    EXPECT_NEAR(feature.unit,
                feature.group == "neighbours"  ? 1.0 / 3
                : feature.group == "attention" ? 1.0
                                               : 1.0 / 4,
                1e-12)
        << feature.name;
    EXPECT_EQ(feature.average > 0, feature.group != "attention");
  }
}

}  // namespace
}  // namespace madsearch
