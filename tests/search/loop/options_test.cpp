#include "search/loop/options.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(SearchOptions, ChooseThePopulationFromTheEvaluations) {
  const auto population = [](std::int64_t evaluations, std::int64_t given = 0) {
    SearchOptions options;
    options.evaluations = evaluations;
    options.population = given;
    return options.resolved_population();
  };
  EXPECT_EQ(population(30), 8);
  EXPECT_EQ(population(300), 20);
  EXPECT_EQ(population(3000), 40);
  EXPECT_EQ(population(3000, 12), 12);
}

}  // namespace
}  // namespace madsearch
