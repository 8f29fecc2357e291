#include "engine/study/contrasts.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

/// Groups of perplexities that are apart by more than 1, and their designs: (group, hash, value).
Published made_up(const std::vector<PublishedGroup>& groups, const std::vector<PublishedDesign>& designs) {
  Published out{.groups = groups, .designs = designs, .verdicts = {}, .genomes = {}};
  for (auto& group : out.groups) group.clear = 1;
  return out;
}

/// "better > worse (papers; groups)" of each.
std::vector<std::string> shown(const std::vector<Contrast>& contrasts) {
  std::vector<std::string> out;
  for (const auto& one : contrasts) {
    auto text = one.better + " > " + one.worse + " (";
    for (const auto& paper : one.papers) text += paper;
    text += ";";
    for (const auto& group : one.groups) text += " " + group;
    out.push_back(text + ")");
  }
  return out;
}

using Shown = std::vector<std::string>;

TEST(Contrasts, AreWhatIsClearlyApartInAGroup) {
  const auto published =
      made_up({{.name = "g", .paper = "P"}, {.name = "h", .paper = "P"}},
              {{0, "", "a", 10}, {0, "", "b", 12}, {0, "", "c", 12.5}, {0, "", "", 1}, {1, "", "d", 1}});
  const auto found = contrasts(published, true, Half::kAll);
  EXPECT_EQ(shown(found.list), (Shown{"a > b (P; g)", "a > c (P; g)"}));
  EXPECT_EQ(found.contradicting, 0u);
}

TEST(Contrasts, CountOnceWhereTheyAreRepeatedAndNotWhereTheyContradict) {
  const auto published = made_up(
      {{.name = "g", .paper = "P"}, {.name = "h", .paper = "P"}, {.name = "i", .paper = "Q"}}, {{0, "", "a", 10},
                                                                                                {0, "", "b", 12},
                                                                                                {1, "", "a", 20},
                                                                                                {1, "", "b", 25},
                                                                                                {2, "", "a", 30},
                                                                                                {2, "", "b", 35},
                                                                                                {0, "", "c", 20},
                                                                                                {2, "", "c", 33}});
  const auto found = contrasts(published, true, Half::kAll);
  EXPECT_EQ(shown(found.list), (Shown{"a > b (PQ; g h i)", "a > c (PQ; g i)"})) << "b and c contradict";
  EXPECT_EQ(found.contradicting, 1u);
}

TEST(Contrasts, OfTrustCAndDStandBesideAndContradictNoOthers) {
  const auto published = made_up({{.name = "g", .paper = "P", .trust = 'B'}, {.name = "h", .paper = "Q", .trust = 'C'}},
                                 {{0, "", "a", 10}, {0, "", "b", 12}, {1, "", "b", 10}, {1, "", "a", 12}});
  EXPECT_EQ(shown(contrasts(published, true, Half::kAll).list), (Shown{"a > b (P; g)"}));
  EXPECT_EQ(shown(contrasts(published, false, Half::kAll).list), (Shown{"b > a (Q; h)"}));
}

TEST(Contrasts, OfADesignInBothHalvesCountForChoosingOnly) {
  auto published = made_up({{.name = "g", .paper = "P"}, {.name = "h", .paper = "Q", .judging = true}},
                           {{0, "", "a", 10}, {0, "", "b", 12}, {1, "", "a", 10}, {1, "", "c", 12}, {1, "", "d", 14}});
  EXPECT_EQ(shown(contrasts(published, true, Half::kChoosing).list), (Shown{"a > b (P; g)"}));
  EXPECT_EQ(shown(contrasts(published, true, Half::kJudging).list), (Shown{"c > d (Q; h)"}));
  published.verdicts = {{true, "", "c", "d", {"Q"}},
                        {true, "", "a", "c", {"Q"}},
                        {true, "", "c", "e", {"another paper"}},
                        {false, "", "d", "e", {"Q"}}};
  EXPECT_EQ(shown(agreed(published, Half::kJudging)), (Shown{"c > d (Q;)"}));
  EXPECT_EQ(shown(agreed(published, Half::kChoosing)), (Shown{"a > c (Q;)", "c > e (another paper;)"}));
  EXPECT_EQ(agreed(published, Half::kAll).size(), 3u);
}

}  // namespace
}  // namespace madsearch
