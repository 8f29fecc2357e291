#include "search/architecture/model_configs/layer_pattern.h"

#include <gtest/gtest.h>

#include "search/architecture/parser.h"

namespace madsearch {
namespace {

/// "aab": attention, attention, gla.
Layers layers(const std::string& letters) {
  Layers out;
  for (const char letter : letters)
    out.push_back(parse(letter == 'a' ? "attention" : letter == 'g' ? "gla" : "mamba").stages);
  return out;
}

struct Cut {
  std::string letters, text, note;
};

void expect_cut(const Cut& expected) {
  const auto cut = cut_layers(layers(expected.letters));
  EXPECT_EQ(text({cut.stripe}), expected.text) << expected.letters;
  EXPECT_EQ(cut.note, expected.note) << expected.letters;
}

TEST(LayerPattern, AFewLayersStayAsTheyAre) {
  expect_cut({"a", "attention", ""});
  expect_cut({"ga", "gla attention", ""});
  expect_cut({"gggagggm", "[gla]x3 attention [gla]x3 mamba", ""});
}

TEST(LayerPattern, WhatRepeatsIsCutToOnce) {
  expect_cut({"aaaa", "attention", "4 layers, cut to the one that repeats"});
  expect_cut({"gggagggaggga", "[gla]x3 attention", "12 layers, cut to the 4 that repeat"});
  expect_cut({"mgamgamg", "mamba gla attention", "8 layers, cut to the 3 that repeat"});  // the last one begins anew
}

TEST(LayerPattern, OneLayerInTenMayDifferFromWhatRepeats) {
  expect_cut({"gagagagagagagagagagg", "gla attention", "20 layers, cut to the 2 that repeat, from which 1 differs"});
}

/// Or a hybrid with few layers of attention would be cut to a model without.
TEST(LayerPattern, AKindThatIsRareIsNotLost) {
  expect_cut({"gggggggggggggggagggggggggggggggg", "[gla]x7 attention",
              "32 layers that do not repeat, cut to layers 8 to 15: gla 7 of 8 for 31 of 32, attention 1 of 8 for 1 of "
              "32"});
}

TEST(LayerPattern, WhatDoesNotRepeatIsCutToTheRunOfTheNearestRatio) {
  expect_cut({"ggggggggaaaa", "[gla]x2 attention",
              "12 layers that do not repeat, cut to layers 6 to 8: gla 2 of 3 for 8 of 12, attention 1 of 3 for 4 of "
              "12"});
}

TEST(LayerPattern, ARunIsLongerWhereOnlyThenItHoldsEveryKind) {
  expect_cut({"aggggggggggm", "attention [gla]x10 mamba",
              "12 layers that do not repeat, cut to layers 0 to 11: attention 1 of 12 for 1 of 12, gla 10 of 12 for 10 "
              "of 12, mamba 1 of 12 for 1 of 12"});
}

}  // namespace
}  // namespace madsearch
