#include "search/architecture/scale.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

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

TEST(Scale, TakesADesignToAWidthByTheSameRules) {
  const auto design = parse("attention{heads=4} swiglu");
  const auto wide = at_width(design, 32, 64, 128);
  EXPECT_EQ(blocks(wide.genome)[0]->settings.count("heads"), 8);
  EXPECT_FALSE(blocks(wide.genome)[1]->settings.at("inner").is_word());
  EXPECT_EQ(wide.note, "");
  const auto uneven = at_width(design, 48, 64, 128);  // 4 heads at 48 would be 5 1/3 at 64
  EXPECT_EQ(blocks(uneven.genome)[0]->settings.count("heads"), 4);
  EXPECT_EQ(uneven.note, "number of heads as written, head size grows");
  EXPECT_THROW(at_width(parse("attention{heads=3}"), 0, 64, 128), std::invalid_argument);
}

}  // namespace
}  // namespace madsearch
