#include "configs/seed.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace madsearch {
namespace {

TEST(Rng, GivesTheSameNumbersEverywhere) {
  Rng rng(Seed{1}.derive("data").derive(7));
  EXPECT_EQ(rng(), 16958858893806969307ull);
}

TEST(Rng, DrawsEveryValueEquallyOften) {
  Rng rng(Seed{3});
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i) ++counts[below(rng, 7)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Rng, HasStandardNormalMoments) {
  Rng rng(Seed{4});
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double x = normal(rng);
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / 1e5, 0, 0.02);
  EXPECT_NEAR(squares / 1e5, 1, 0.03);
}

TEST(Seed, DerivesDifferentStreams) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t i = 0; i < 1000; ++i) seen.insert(Seed{5}.derive(i).value);
  for (const auto* name : {"data", "weights", "order"}) seen.insert(Seed{5}.derive(name).value);
  EXPECT_EQ(seen.size(), 1003u);
}

}  // namespace
}  // namespace madsearch
