#include "engine/study/expectations.h"

#include <gtest/gtest.h>

#include <cmath>

#include "search/architecture/parser.h"

namespace madsearch {
namespace {

ScoredDesign design(const std::string& text, double state, double score) {
  return {expanded_text(parse(text)), state, score};
}

/// Designs whose score is what their primitives make it, whatever their state.
std::vector<ScoredDesign> by_primitives() {
  std::vector<ScoredDesign> out;
  for (int i = 0; i < 10; ++i) {
    out.push_back(design("mamba swiglu mamba swiglu", 100 * (i + 1), 0.8));
    out.push_back(design("gla swiglu gla swiglu", 100 * (i + 1), 0.4));
    out.push_back(design("gla swiglu mamba swiglu", 100 * (i + 1), 0.6));
  }
  return out;
}

TEST(Expectations, ATableKnowsWhatPrimitivesScore) {
  const auto designs = by_primitives();
  const auto found = expectations(designs);
  for (std::size_t i = 0; i < designs.size(); ++i) {
    ASSERT_TRUE(found[i]);
    EXPECT_NEAR(found[i]->by_table, designs[i].score, 0.01) << i;
    EXPECT_NEAR(found[i]->by_state, 0.6, 0.05) << i;
  }
}

TEST(Expectations, AStateKnowsWhatAStateScores) {
  std::vector<ScoredDesign> designs;
  for (int i = 0; i < 30; ++i) designs.push_back(design("gla swiglu", std::pow(10, 2 + 0.1 * i), 0.2 + 0.02 * i));
  const auto found = expectations(designs);
  EXPECT_NEAR(found[10]->by_state, 0.4, 0.02);
  EXPECT_NEAR(found[20]->by_state, 0.6, 0.02);
  EXPECT_NEAR(found[20]->by_table, 0.49, 0.01);
}

TEST(Expectations, OfADesignDoNotKnowItsOwnScore) {
  auto designs = by_primitives();
  designs.front().score = 0;
  const auto low = *expectations(designs).front();
  designs.front().score = 1;
  const auto high = *expectations(designs).front();
  EXPECT_NEAR(low.by_table, high.by_table, 0.01);
  EXPECT_NEAR(low.by_state, high.by_state, 0.01);
}

TEST(Expectations, AreNothingOfFewDesignsOrOfTextsOfOthers) {
  auto designs = by_primitives();
  designs.resize(19);
  for (const auto& one : expectations(designs)) EXPECT_FALSE(one);
  designs = by_primitives();
  designs[3].text = "an_unknown_block";
  const auto found = expectations(designs);
  EXPECT_FALSE(found[3]);
  EXPECT_TRUE(found[4]);
}

}  // namespace
}  // namespace madsearch
