#include "engine/study/strengths.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

Contrast contrast(const std::string& better, const std::string& worse) { return {better, worse, {"P"}, {}}; }

TEST(Strengths, OrderDesignsThatAChainJoins) {
  const auto found = strengths({contrast("b", "c"), contrast("a", "b")});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_GT(found.at("a"), found.at("b"));
  EXPECT_GT(found.at("b"), found.at("c"));
  EXPECT_NEAR(found.at("b"), 0, 1e-9) << "as often ahead as behind";
}

TEST(Strengths, GrowWithContrasts) {
  const auto found = strengths({contrast("a", "x"), contrast("a", "y"), contrast("b", "x")});
  EXPECT_GT(found.at("a"), found.at("b"));
  EXPECT_GT(found.at("y"), found.at("x")) << "which lost twice";
  EXPECT_TRUE(strengths({}).empty());
}

}  // namespace
}  // namespace madsearch
