#include "search/architecture/scale.h"

#include <gtest/gtest.h>

#include <set>

#include "search/architecture/parser.h"
#include "search/architecture/validity.h"

namespace madsearch {
namespace {

TEST(Scale, FindsTheWidthWithinThreePercentAndKeepsTheHeadSize) {
  for (const char* design : {"attention{heads=4} swiglu attention{heads=4} swiglu", "mamba swiglu",
                             "gla{heads=4} swiglu", "mamba mamba", "attention{heads=2} swiglu"})
    for (const std::int64_t target : {100'000, 1'000'000}) {
      const auto scaled = scale_up(parse(design), 2, 32, target, 256);
      EXPECT_NEAR(static_cast<double>(scaled.parameters) / static_cast<double>(target), 1, 0.03)
          << design << " at width " << scaled.width << " " << scaled.note;
      EXPECT_EQ(blocks(scaled.genome).size(), 2 * blocks(parse(design)).size());
      EXPECT_EQ(invalid(scaled.genome, {scaled.width, 256}), "");
    }
}

TEST(Scale, CopiesOfTheStripeHaveWeightsOfTheirOwn) {
  const auto scaled = scale_up(parse("attention{heads=4}@a swiglu attention{heads=4}@a swiglu"), 2, 32, 200'000, 256);
  std::set<std::string> labels;
  for (const auto* block : blocks(scaled.genome))
    if (!block->label.empty()) labels.insert(block->label);
  EXPECT_EQ(labels.size(), 2u);
}

}  // namespace
}  // namespace madsearch
