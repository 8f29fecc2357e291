#include "search/loop/promotion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "configs/seed.h"
#include "search/loop/levels.h"
#include "search/loop/selections/ranking.h"

namespace madsearch {
namespace {

Objectives drawn(Rng& rng, std::size_t objectives, std::uint64_t values) {
  Objectives out;
  for (std::size_t k = 0; k < objectives; ++k) out.push_back(static_cast<double>(below(rng, values)));
  return out;
}

TEST(Levels, AreTheRanksOfSortingAllPoints) {
  for (const std::size_t objectives : {2, 3})
    for (const std::uint64_t values : {2, 7, 1000}) {
      Rng rng(Seed{values}.derive(objectives));
      Levels levels;
      std::vector<Objectives> points;
      for (std::size_t i = 0; i < 120; ++i) {
        points.push_back(drawn(rng, objectives, values));
        levels.add(i, points.back());
        if (i % 3 == 0) levels.close(i);
        std::vector<Rankable> items;
        for (const auto& point : points) items.push_back({&point, 0});
        const auto standings = rank(items);
        std::size_t seen = 0;
        for (std::size_t level = 0; level < levels.levels().size(); ++level) {
          std::size_t open = 0;
          for (const auto point : levels.levels()[level].points) {
            ASSERT_EQ(standings[point].rank, static_cast<int>(level));
            open += levels.is_open(point) ? 1 : 0;
            ++seen;
          }
          ASSERT_EQ(levels.levels()[level].open, open);
        }
        ASSERT_EQ(seen, points.size());
      }
    }
}

/// Who may climb, by sorting all probes of one bin again.
struct Sorted {
  std::vector<Measurement> results;
  std::vector<bool> climbed;

  std::optional<std::size_t> next(double eta) const {
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    std::vector<Rankable> items;
    for (const auto& result : results)
      items.push_back({&result.objectives, result.outcome == Outcome::kOk ? result.violation : infinity});
    const auto standings = rank(items);
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return ahead(standings[a], standings[b]); });
    order.resize(std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(order.size()) / eta)));
    for (const auto i : order)
      if (!climbed[i] && results[i].outcome == Outcome::kOk) return i;
    return std::nullopt;
  }
};

Measurement drawn_result(Rng& rng, std::size_t objectives, std::uint64_t values) {
  const auto kind = below(rng, 10);
  if (kind == 0) return {.outcome = Outcome::kDiverged};
  Measurement out{.objectives = drawn(rng, objectives, values)};
  if (kind < 4) out.violation = 0.25 * static_cast<double>(1 + below(rng, 4));
  return out;
}

TEST(Promotion, ChoosesWhomSortingTheWholeBinWouldChoose) {
  for (const std::size_t objectives : {2, 3})
    for (const std::uint64_t values : {2, 7, 1000})
      for (const double eta : {1.0, 3.0}) {
        Rng rng(Seed{values}.derive(objectives).derive(static_cast<std::uint64_t>(eta)));
        Promotion promotion(eta);
        Sorted sorted;
        for (int i = 0; i < 150; ++i) {
          const auto result = drawn_result(rng, objectives, values);
          promotion.add({.number = i}, result, 0);
          sorted.results.push_back(result);
          sorted.climbed.push_back(false);
          while (chance(rng, 0.5)) {
            const auto expected = sorted.next(eta);
            const auto found = promotion.take();
            ASSERT_EQ(found.has_value(), expected.has_value());
            if (!found) break;
            ASSERT_EQ(found->number, static_cast<std::int64_t>(*expected));
            sorted.climbed[*expected] = true;
          }
        }
      }
}

}  // namespace
}  // namespace madsearch
