#include "results/front.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "configs/seed.h"

namespace madsearch {
namespace {

TEST(Front, KeepsWhatNoOtherBeats) {
  EXPECT_EQ(front({{1, 5}, {2, 2}, {3, 3}, {5, 1}, {2, 2}}), (std::vector<std::size_t>{0, 1, 3}));
}

TEST(Front, AgreesWithTheDefinition) {
  Rng rng(Seed{1});
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<Objectives> points;
    for (int i = 0; i < 40; ++i)
      points.push_back({double(below(rng, 9)), double(below(rng, 9)), double(below(rng, 9))});
    const auto found = front(points);
    for (std::size_t i = 0; i < points.size(); ++i) {
      bool beaten = false;
      for (std::size_t j = 0; j < points.size(); ++j)
        beaten |= dominates(points[j], points[i]) || (j < i && points[j] == points[i]);
      EXPECT_EQ(std::find(found.begin(), found.end(), i) == found.end(), beaten);
    }
  }
}

TEST(Hypervolume, OfTwoStepsIsTheirArea) { EXPECT_DOUBLE_EQ(hypervolume({{1, 2}, {2, 1}, {9, 0}}, {3, 3}), 3); }

TEST(Hypervolume, OfBoxesAgreesWithCounting) {
  Rng rng(Seed{2});
  std::vector<Objectives> points;
  for (int i = 0; i < 12; ++i) points.push_back({double(below(rng, 8)), double(below(rng, 8)), double(below(rng, 8))});
  double cells = 0;
  for (int x = 0; x < 8; ++x)
    for (int y = 0; y < 8; ++y)
      for (int z = 0; z < 8; ++z)
        cells += std::any_of(points.begin(), points.end(),
                             [&](const auto& p) { return p[0] <= x && p[1] <= y && p[2] <= z; });
  EXPECT_DOUBLE_EQ(hypervolume(points, {8, 8, 8}), cells);
}

}  // namespace
}  // namespace madsearch
