#include "search/architecture/alike.h"

#include <gtest/gtest.h>

#include "search/architecture/parser.h"

namespace madsearch {
namespace {

std::string with_conv(const std::string& design) { return text(with_convolutions(canonical(parse(design)))); }
std::string with_norm(const std::string& design) { return text(with_qk_norm(canonical(parse(design)))); }

TEST(Alike, GivesAConvolutionToSequenceMixersWithoutOne) {
  EXPECT_EQ(with_conv("attention swiglu"), "attention{conv=4} swiglu");
  EXPECT_EQ(with_conv("gla{conv=none} mlp"), "gla{conv=4} mlp");
  EXPECT_EQ(with_conv("hyena mlp"), "hyena mlp") << "it has three taps";
  EXPECT_EQ(with_conv("(mamba{conv=none} + attention) swiglu"), "(attention{conv=4} + mamba) swiglu");
}

TEST(Alike, NormalisesQueriesAndKeysWhereABlockCan) {
  EXPECT_EQ(with_norm("attention swiglu mamba"), "attention{qk_norm=on} swiglu mamba");
  EXPECT_EQ(with_norm("forgetting_attention swiglu"), "forgetting_attention{qk_norm=on} swiglu");
  EXPECT_EQ(with_norm("gla swiglu"), "gla swiglu");
}

}  // namespace
}  // namespace madsearch
