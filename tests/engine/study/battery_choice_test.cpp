#include "engine/study/battery_choice.h"

#include <gtest/gtest.h>

#include <array>

namespace madsearch {
namespace {

Battery battery(const std::string& name) {
  Battery out;
  out.name = name;
  for (const auto* task : {"compression", "memorization"})
    out.tasks.push_back({.task = task, .weight = 1, .settings = {BatterySetting{}}});
  return out;
}

/// Of each design: reference, and the score of both tasks; every training costs `seconds`.
std::vector<Compared> designs(const std::vector<std::array<double, 3>>& rows, double seconds) {
  std::vector<Compared> out;
  for (const auto& [reference, first, second] : rows) {
    auto& one = out.emplace_back();
    one.reference = reference;
    one.score.scores = {(first + second) / 2};
    one.score.tasks = {{first}, {second}};
    one.score.settings = {{{{first}, {seconds}}}, {{{second}, {seconds}}}};
  }
  return out;
}

TEST(BatteryChoice, TakesThePartsThatRankAsReferenceDoes) {
  const auto good = designs({{0.1, 0.1, 0.9}, {0.2, 0.2, 0.1}, {0.3, 0.3, 0.5}, {0.4, 0.4, 0.2}}, 2);
  const auto noise = designs({{0.1, 0.7, 0.5}, {0.2, 0.2, 0.5}, {0.3, 0.6, 0.5}, {0.4, 0.1, 0.5}}, 1);
  const auto found = choose_battery({battery("good"), battery("noise")}, {good, noise}, {3, 4}, false);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].parts, (std::vector<std::string>{"compression of good", "memorization of noise"}));
  EXPECT_NEAR(found[0].rank, 1, 1e-12);
  EXPECT_EQ(found[0].core_seconds, 3);
}

TEST(BatteryChoice, KeepsTheLimitOfCost) {
  const auto good = designs({{0.1, 0.1, 0.1}, {0.2, 0.2, 0.2}, {0.3, 0.3, 0.3}}, 2);
  const auto cheap = designs({{0.1, 0.3, 0.1}, {0.2, 0.2, 0.3}, {0.3, 0.1, 0.2}}, 1);
  const auto found = choose_battery({battery("good"), battery("cheap")}, {good, cheap}, {1, 2, 4}, false);
  ASSERT_EQ(found.size(), 2u) << "two tasks cost 2 at least";
  EXPECT_EQ(found[0].core_seconds, 2);
  EXPECT_NEAR(found[1].rank, 1, 1e-12);
  EXPECT_EQ(choose_battery({battery("good"), battery("cheap")}, {good, cheap}, {1}, true).size(), 1u)
      << "one task may be left out";
}

TEST(BatteryChoice, DrawsOnNoPartThatMostDesignsSolve) {
  const auto solved = designs({{0.1, 0.97, 0.1}, {0.2, 0.98, 0.2}, {0.3, 0.99, 0.3}}, 1);
  const auto open = designs({{0.1, 0.3, 0.1}, {0.2, 0.2, 0.2}, {0.3, 0.1, 0.3}}, 1);
  const auto found = choose_battery({battery("solved"), battery("open")}, {solved, open}, {9}, false);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].parts[0], "compression of open");
}

}  // namespace
}  // namespace madsearch
