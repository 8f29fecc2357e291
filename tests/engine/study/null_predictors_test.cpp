#include "engine/study/null_predictors.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace madsearch {
namespace {

/// Designs that are one primitive each, named like it, the later in the alphabet with more state and fewer parameters.
TraitsOf pure_designs(const std::string& names) {
  TraitsOf out;
  for (const char name : names) {
    const std::string design(1, name);
    out[design] = {.state = static_cast<double>(name),
                   .parameters = -static_cast<double>(name),
                   .shares = {{design, 1.0}},
                   .mixers = {design}};
  }
  return out;
}

/// Right answers of a predictor, a case a number.
std::vector<double> right(const std::vector<Predictor>& predictors, const std::string& name) {
  const auto found =
      std::find_if(predictors.begin(), predictors.end(), [&](const auto& one) { return one.name == name; });
  return found == predictors.end() ? std::vector<double>{} : found->right;
}

using Right = std::vector<double>;

TEST(NullPredictors, CountStateParametersAndKinds) {
  auto traits = pure_designs("abc");
  traits["c"].mixers.insert("a");
  const auto found = null_predictors({{"b", "a", {"P"}, {}}, {"b", "c", {"P"}, {}}}, {}, traits);
  EXPECT_EQ(right(found, "state"), (Right{1, 0}));
  EXPECT_EQ(right(found, "parameters"), (Right{0, 1}));
  EXPECT_EQ(right(found, "kinds of mixers"), (Right{0.5, 0}));
  EXPECT_EQ(right(found, "lookup table"), (Right{0.5, 0.5})) << "nothing is known";
}

TEST(NullPredictors, RecoverATableThatOtherPapersShow) {
  // a > b > c > d in three papers, each of which lacks a pair that the table has to infer.
  const std::vector<Contrast> known = {{"a", "b", {"P", "Q"}, {}}, {"b", "c", {"Q", "R"}, {}},
                                       {"c", "d", {"P", "R"}, {}}, {"a", "d", {"P"}, {}},
                                       {"a", "c", {"Q"}, {}},      {"b", "d", {"R"}, {}}};
  const auto found = null_predictors(known, known, pure_designs("abcd"));
  EXPECT_EQ(right(found, "lookup table"), Right(9, 1.0)) << "nine cases: a contrast of two papers is one of each";
}

TEST(NullPredictors, DoNotKnowWhatOneOfThePapersAloneShows) {
  // Others have a as good; that odd is better only paper X says.
  auto traits = pure_designs("abx");
  const std::vector<Contrast> known = {{"a", "b", {"P"}, {}}, {"x", "a", {"X"}, {}}, {"x", "b", {"X"}, {}}};
  const auto found = null_predictors({known[1], known[2]}, known, traits);
  EXPECT_EQ(right(found, "lookup table"), (Right{0, 1})) << "of a > b it only sees that a is good and b bad";
}

TEST(NullPredictors, KnowTheSameDesignsFromAnotherPaperAlone) {
  const auto traits = pure_designs("ab");
  const std::vector<Contrast> one = {{"a", "b", {"P"}, {}}};
  EXPECT_EQ(right(null_predictors(one, one, traits), "lookup table"), (Right{0.5}));
  EXPECT_EQ(right(null_predictors(one, {{"a", "b", {"P", "Q"}, {}}}, traits), "lookup table"), (Right{1}));
}

TEST(NullPredictors, KnowHalfWithoutAPrimitive) {
  // a is good and b bad, as other papers show on c; without the contrasts of either the other is still known.
  const auto traits = pure_designs("abc");
  const std::vector<Contrast> known = {{"a", "c", {"Q"}, {}}, {"c", "b", {"Q"}, {}}};
  const auto seen = null_predictors({{"a", "b", {"P"}, {}}}, known, traits);
  EXPECT_EQ(right(seen, "lookup table"), (Right{1}));
  EXPECT_EQ(right(seen, "a primitive left out"), (Right{1}));
  const auto unseen = null_predictors({{"a", "c", {"P"}, {}}}, {known[0], {"a", "b", {"Q"}, {}}}, traits);
  EXPECT_EQ(right(unseen, "lookup table"), (Right{1}));
  EXPECT_EQ(right(unseen, "a primitive left out"), (Right{0.75})) << "a tie without a, right without c";
}

TEST(NullPredictors, SeeWindowsAndConvolutions) {
  auto traits = pure_designs("abcd");
  traits["a"].convolution = traits["c"].convolution = true;
  const auto found = null_predictors({{"c", "d", {"P"}, {}}}, {{"a", "b", {"Q"}, {}}}, traits);
  EXPECT_EQ(right(found, "lookup table"), (Right{1}));
}

}  // namespace
}  // namespace madsearch
