#include "engine/study/equal_size.h"

#include <gtest/gtest.h>

#include "search/architecture/cost.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

constexpr Shape kShape{32, 48};

std::int64_t active(const Genome& genome) { return cost(genome, kShape).active(); }

TEST(EqualSize, GivesAShorterVariantTheParametersOfTheDesign) {
  const EqualSize sizes(parse("[attention swiglu]x2"), kShape);
  const auto variant = sizes.variant(parse("attention swiglu swiglu"));
  EXPECT_EQ(variant.refusal, "");
  const auto whole = static_cast<double>(active(sizes.design()));
  EXPECT_NEAR(static_cast<double>(active(variant.genome)), whole, 0.02 * whole);
}

TEST(EqualSize, SizesAVariantOfAsManyBlocksAsASearchDoes) {
  const auto genome = parse("canon swiglu attention mlp");
  const EqualSize sizes(parse("[attention swiglu]x2"), kShape);
  EXPECT_EQ(text(sizes.variant(genome).genome), text(solve_sizes(genome, kShape).genome));
}

TEST(EqualSize, KeepsToTheParametersOfARun) {
  const EqualSize sizes(parse("[attention swiglu]x2"), kShape, 40'000);
  EXPECT_NEAR(static_cast<double>(active(sizes.design())), 40'000, 400);
  EXPECT_NEAR(static_cast<double>(active(sizes.variant(parse("attention swiglu mlp")).genome)), 40'000, 800);
}

TEST(EqualSize, OfADesignWithSizesOfItsOwnIsTheDesigns) {
  const EqualSize sizes(parse("attention swiglu{inner=4} attention swiglu{inner=4}"), kShape);
  const auto whole = active(sizes.design());
  EXPECT_GT(whole, 1.2 * static_cast<double>(transformer_parameters(4, kShape)));
  const auto variant = sizes.variant(parse("attention swiglu{inner=4} attention mlp"));
  EXPECT_EQ(variant.refusal, "");
  EXPECT_NEAR(static_cast<double>(active(variant.genome)), static_cast<double>(whole), 100);
}

TEST(EqualSize, SaysWhyAVariantCannotBeCompared) {
  const EqualSize sizes(parse("[attention swiglu]x2"), kShape);
  EXPECT_EQ(sizes.variant({}).refusal, "nothing is left of it");
  EXPECT_EQ(sizes.variant(parse("swiglu mlp")).refusal, "it has no sequence mixer");
  EXPECT_EQ(sizes.variant(parse("attention")).refusal,
            "it has 83 % fewer active parameters, and no size is left that makes up for it");
  EXPECT_EQ(sizes.variant(parse("attention{heads=3} swiglu")).refusal, "attention: heads=3 does not divide width 32");
}

TEST(EqualSize, CountsActiveParametersAlone) {
  const EqualSize sizes(parse("mamba moe{active=1} attention swiglu"), kShape);
  const auto with_experts = parse("mamba moe{active=1} swiglu");  // one of four is active
  EXPECT_EQ(sizes.variant(with_experts).refusal, "");
  EXPECT_FALSE(solve_sizes(with_experts, kShape, transformer_parameters(4, kShape)).within) << "a search refuses it";
}

}  // namespace
}  // namespace madsearch
