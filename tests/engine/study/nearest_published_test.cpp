#include "engine/study/nearest_published.h"

#include <gtest/gtest.h>

#include "search/architecture/designs.h"
#include "search/architecture/parser.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

Genome genome(const std::string& text) { return canonical(parse(text)); }

DesignDistance between(const std::string& a, const std::string& b) {
  const auto out = design_distance(genome(a), genome(b));
  EXPECT_EQ(out, design_distance(genome(b), genome(a))) << a << ", " << b;
  return out;
}

TEST(DesignDistance, IsSharesOfPrimitivesAndFlags) {
  EXPECT_EQ(between("attention swiglu", "[attention swiglu]x3").distance, 0);
  EXPECT_EQ(between("attention swiglu", "retnet swiglu").distance, 0.5);
  EXPECT_EQ(between("attention", "retnet").distance, 1);
  EXPECT_EQ(between("attention swiglu", "attention swiglu retnet swiglu").distance, 0.25);
  EXPECT_EQ(between("attention{window=8}", "attention").distance, 0.25);
  EXPECT_EQ(between("attention{conv=4,window=8}", "attention").distance, 0.5);
  EXPECT_EQ(between("attention{window=8}", "attention{window=16}").distance, 0);
}

TEST(DesignDistance, TellsKnobsApartWhereTheRestIsEqual) {
  EXPECT_EQ(between("gla swiglu", "[gla swiglu]x3").by_knobs, 0);
  EXPECT_EQ(between("gla swiglu", "swiglu gla").by_knobs, 0);
  EXPECT_EQ(between("gla swiglu", "gla{expand_k=1/2} swiglu").by_knobs, 0.5);
  EXPECT_EQ(between("gla swiglu gla swiglu", "gla{expand_k=1/2} swiglu gla swiglu").by_knobs, 0.25);
  EXPECT_EQ(between("gla@a gla@a", "gla gla").by_knobs, 0);
}

TEST(SameDesign, IsOneStripeHoweverOftenItIsRepeated) {
  EXPECT_TRUE(same_design(genome("gla swiglu"), genome("[gla swiglu]x3")));
  EXPECT_TRUE(same_design(genome("[gla swiglu]x2"), genome("[gla swiglu]x3")));
  EXPECT_FALSE(same_design(genome("gla swiglu"), genome("swiglu gla")));
  EXPECT_FALSE(same_design(genome("gla swiglu"), genome("gla swiglu gla")));
  EXPECT_FALSE(same_design(genome("gla swiglu"), genome("gla{expand_k=1/2} swiglu")));
}

TEST(SizeOf, IsTheFirstNumberOfMillionsOrBillions) {
  EXPECT_EQ(size_of("1.3B, 100B tokens"), "1.3B");
  EXPECT_EQ(size_of("~350M (356-456M), 15B tokens"), "350M");
  EXPECT_EQ(size_of("16 heads, 16 layers MoE"), "");
  EXPECT_EQ(size_of(""), "");
}

/// Three groups, of which the last one is not to be trusted.
class NearestPublishedTest : public testing::Test {
 protected:
  NearestPublishedTest() {
    group("small", "125M, 300B tokens", 'B');
    group("large", "1.3B, 300B tokens", 'A');
    group("middle", "350M, 300B tokens", 'A');
    group("doubtful", "7B", 'C');
    design(0, "Transformer", "[attention swiglu]x2", 20);
    design(0, "GLA", "[gla swiglu]x2", 21);
    design(0, "unwritten", "", 19);
    design(1, "Llama", "[attention swiglu]x2", 12);
    design(1, "Mamba", "[mamba]x4", 12);
    design(2, "Transformer++", "[attention swiglu]x4", 15);
    design(3, "RetNet", "[retnet swiglu]x2", 9);
  }
  void group(const std::string& name, const std::string& scale, char trust) {
    PublishedGroup one;
    one.name = name;
    one.scale = scale;
    one.trust = trust;
    published_.groups.push_back(one);
  }
  void design(std::size_t group, const std::string& name, const std::string& text, double value) {
    std::string key;
    if (!text.empty()) {
      key = hash(genome(text));
      published_.genomes.emplace(key, genome(text));
    }
    published_.designs.push_back({group, name, key, value});
  }
  NearestPublished nearest(const std::string& text) { return *nearest_published(genome(text), published_); }
  /// "Llama of large: 1 of 2"
  static std::string said(const PublishedResult& result) {
    return result.design->name + " of " + result.group->name + ": " + std::to_string(result.rank) + " of " +
           std::to_string(result.of);
  }
  Published published_;
};

TEST_F(NearestPublishedTest, IsTheSameDesignWhereThereIsOneAndTheLargestScalesFirst) {
  const auto found = nearest("attention swiglu");
  EXPECT_TRUE(found.same);
  EXPECT_EQ(found.distance, DesignDistance{});
  EXPECT_EQ(text(found.genome), "[attention swiglu]x2");
  ASSERT_EQ(found.results.size(), 2u);
  EXPECT_EQ(said(found.results[0]), "Llama of large: 1 of 2") << "equal values share a rank";
  EXPECT_EQ(said(found.results[1]), "Transformer++ of middle: 1 of 1");
}

TEST_F(NearestPublishedTest, CountsDesignsThatNoGenomeSaysIntoTheRank) {
  EXPECT_EQ(said(nearest("gla swiglu").results.front()), "GLA of small: 3 of 3");
}

TEST_F(NearestPublishedTest, DoesNotTrustEveryGroup) {
  const auto found = nearest("retnet swiglu");
  EXPECT_FALSE(found.same);
  EXPECT_EQ(found.distance.distance, 0.5);
  EXPECT_EQ(text(found.genome), "[attention swiglu]x2") << "as far as GLA, and trained at a larger scale";
}

TEST_F(NearestPublishedTest, KnobsDecideWhereTheRestIsEqual) {
  design(2, "GLA, half keys", "[gla{expand_k=1/2} swiglu]x2", 16);
  EXPECT_EQ(nearest("gla swiglu").results.front().design->name, "GLA");
  EXPECT_EQ(nearest("gla{expand_k=1/2} swiglu").results.front().design->name, "GLA, half keys");
}

TEST_F(NearestPublishedTest, AFractionIsTheWindowThatIsPublishedFor32Tokens) {
  design(2, "half", "mamba swiglu attention{window=16} swiglu", 16);
  design(2, "quarter", "mamba swiglu attention{window=8} swiglu", 17);
  EXPECT_TRUE(nearest("mamba swiglu attention{window=1/2} swiglu").same);
  EXPECT_EQ(nearest("mamba swiglu attention{window=1/2} swiglu").results.front().design->name, "half");
  EXPECT_EQ(nearest("mamba swiglu attention{window=1/4} swiglu").results.front().design->name, "quarter");
}

TEST_F(NearestPublishedTest, ThereIsNoneInAnEmptyList) {
  EXPECT_FALSE(nearest_published(genome("gla"), {}).has_value());
}

/// The facts that ship: each design of trust A or B is nearest to itself.
TEST(NearestPublishedData, EveryDesignIsItsOwnNearest) {
  const auto published = read_published(in_source("docs/reference/published"));
  std::size_t tried = 0;
  for (const auto& design : published.designs) {
    if (design.hash.empty() || !published.groups[design.group].headline()) continue;
    const auto found = nearest_published(published.genomes.at(design.hash), published);
    ASSERT_TRUE(found.has_value());
    EXPECT_TRUE(found->same) << design.name;
    EXPECT_EQ(found->distance, DesignDistance{}) << design.name;
    ++tried;
  }
  EXPECT_GT(tried, 100u);
}

}  // namespace
}  // namespace madsearch
