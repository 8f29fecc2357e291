#include <gtest/gtest.h>

#include <cmath>

#include "search/loop/archive.h"
#include "search/loop/selections/selection.h"

namespace madsearch {
namespace {

struct Item {
  Objectives objectives;
  double violation = 0;
};

std::vector<Standing> standings(const std::vector<Item>& items) {
  std::vector<Rankable> rankable;
  for (const auto& item : items) rankable.push_back({&item.objectives, item.violation});
  return rank(rankable);
}

std::vector<int> ranks(const std::vector<Item>& items) {
  std::vector<int> out;
  for (const auto& standing : standings(items)) out.push_back(standing.rank);
  return out;
}

TEST(Ranking, CountsTheFrontsThatMustBePeeledBefore) {
  EXPECT_EQ(ranks({{{3, 3}}, {{1, 2}}, {{2, 1}}, {{2, 2}}, {{4, 4}}}), (std::vector{2, 0, 0, 1, 3}));
}

TEST(Ranking, PutsTheLeastViolationFirstAmongTheInfeasible) {
  EXPECT_EQ(ranks({{{0, 0}, 2}, {{5, 5}, 0}, {{9, 9}, 0.5}, {{}, 2}, {{4, 6}, 0}}), (std::vector{2, 0, 1, 2, 0}));
}

TEST(Ranking, AgreesWithPeelingOnThreeObjectives) {
  Rng rng(Seed{4});
  std::vector<Item> items;
  for (int i = 0; i < 60; ++i) items.push_back({{double(below(rng, 6)), double(below(rng, 6)), double(below(rng, 6))}});
  const auto found = ranks(items);
  for (std::size_t i = 0; i < items.size(); ++i) {
    int deepest = -1;  // rank = longest chain of items that beat one another above it
    for (std::size_t j = 0; j < items.size(); ++j)
      if (dominates(items[j].objectives, items[i].objectives)) deepest = std::max(deepest, found[j]);
    EXPECT_EQ(found[i], deepest + 1);
  }
}

TEST(Ranking, CrowdingIsTheSideOfTheBoxBetweenNeighbours) {
  const auto found = standings({{{0, 10}}, {{1, 4}}, {{4, 3}}, {{10, 0}}});
  EXPECT_TRUE(std::isinf(found[0].crowding) && std::isinf(found[3].crowding));
  EXPECT_DOUBLE_EQ(found[1].crowding, 0.4 + 0.7);
  EXPECT_DOUBLE_EQ(found[2].crowding, 0.9 + 0.4);
}

TEST(Ranking, SpreadsOutByDroppingTheMostCrowded) {
  EXPECT_EQ(spread_out({{0, 10}, {5, 5}, {5.1, 4.9}, {5.2, 4.8}, {10, 0}}, 3), (std::vector<std::size_t>{0, 1, 4}));
  EXPECT_EQ(spread_out({{0, 1}, {1, 0}}, 5), (std::vector<std::size_t>{0, 1}));
  EXPECT_TRUE(spread_out({{0, 1}, {1, 0}}, 0).empty());
}

TEST(Selections, AreFoundByNameAndRefuseOthers) {
  for (const auto& row : selections()) EXPECT_EQ(selection(row.name).name, row.name);
  EXPECT_EQ(selections().size(), 3u);
  EXPECT_THROW(selection("nsga3"), std::invalid_argument);
}

TEST(Nsga2, LetsTheLastFrontsMostCrowdedLeave) {
  EXPECT_EQ(selection("nsga2").leaver(standings({{{0, 9}}, {{9, 0}}, {{1, 10}}, {{2, 9.5}}, {{10, 1}}})), 3u);
}

TEST(Nsga2, PrefersTheBetterOfTwoAsParent) {
  const auto population = standings({{{2, 2}}, {{1, 1}}});
  Rng rng(Seed{5});
  int best = 0;
  for (int i = 0; i < 4000; ++i) best += selection("nsga2").parent(population, rng) == 1;
  EXPECT_NEAR(best / 4000.0, 0.75, 0.03);  // all but the draws that hold the worse one twice
}

TEST(Regularized, LetsTheOldestLeaveThoughItIsTheBest) {
  EXPECT_EQ(selection("regularized").leaver(standings({{{0, 0}}, {{1, 1}}, {{2, 2}}})), 0u);
}

TEST(Thin, KeepsThePointNearestToTheBestCornerOfEachBox) {
  EXPECT_EQ(thin({{0.9, 2.9}, {0.2, 2.1}, {1.5, 1.5}, {2.5, 1.2}}, {1, 1}), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(thin({{0.9, 2.9}, {0.2, 2.1}, {1.5, 1.5}, {2.5, 1.2}}, {}), (std::vector<std::size_t>{1, 2, 3}));
}

TEST(Archive, ThinsEachBinOfStateApart) {
  Archive archive({1, 1});
  archive.add({.text = "a", .objectives = {0.5, 0.5}}, 1);
  archive.add({.text = "b", .objectives = {5.5, 5.5}}, 2);
  archive.add({.text = "c", .objectives = {6.5, 6.5}}, 2);
  archive.add({.text = "d", .objectives = {0, 0}, .violation = 1}, 3);
  EXPECT_EQ(archive.bests(), (std::map<int, std::vector<std::size_t>>{{1, {0}}, {2, {1}}}));
  EXPECT_EQ(archive.front(), (std::vector<std::size_t>{0}));
}

TEST(Archive, RanksOnTheMeanOfItsSeeds) {
  Archive archive({1, 1});
  archive.add({.text = "a", .objectives = {1, 1}, .score = 0.9}, 1);
  archive.add({.text = "b", .objectives = {2, 2}, .score = 0.8}, 1);
  archive.merge(0, {7, 7}, 0, 0.3);
  EXPECT_EQ(archive.members()[0].objectives, (Objectives{4, 4}));
  EXPECT_DOUBLE_EQ(archive.members()[0].score, 0.6);
  EXPECT_EQ(archive.members()[0].seeds, 2);
  EXPECT_EQ(archive.bests().at(1), (std::vector<std::size_t>{1}));
}

TEST(Archive, KeepsOfEachBinWhatThinningAllItsMembersWouldKeep) {
  const std::vector<double> grid = {0.5, 2};
  Rng rng(Seed{9});
  Archive archive(grid);
  std::vector<int> bins;
  const auto drawn = [&] { return Objectives{4 * uniform(rng), static_cast<double>(below(rng, 9))}; };
  for (int i = 0; i < 300; ++i) {
    const double violation = chance(rng, 0.3) ? 0.5 : 0;
    if (i > 0 && chance(rng, 0.4)) {
      archive.merge(below(rng, archive.members().size()), drawn(), violation, 0);
    } else {
      bins.push_back(static_cast<int>(below(rng, 3)));
      archive.add({.text = std::to_string(i), .objectives = drawn(), .violation = violation}, bins.back());
    }
    for (int bin = 0; bin < 3; ++bin) {
      std::vector<std::size_t> members;
      std::vector<Objectives> points;
      for (std::size_t k = 0; k < bins.size(); ++k) {
        if (bins[k] != bin || archive.members()[k].violation > 0) continue;
        members.push_back(k);
        points.push_back(archive.members()[k].objectives);
      }
      std::vector<std::size_t> expected;
      for (const auto k : thin(points, grid)) expected.push_back(members[k]);
      const auto found = archive.bests().find(bin);
      ASSERT_EQ(found == archive.bests().end() ? std::vector<std::size_t>{} : found->second, expected);
    }
  }
}

}  // namespace
}  // namespace madsearch
