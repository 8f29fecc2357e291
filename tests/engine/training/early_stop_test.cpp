#include "engine/training/early_stop.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

/// Looks every 10 of 100 steps.
std::vector<Look> looks(const std::vector<double>& accuracies, double loss = 1) {
  std::vector<Look> out;
  for (std::size_t i = 0; i < accuracies.size(); ++i)
    out.push_back({static_cast<std::int64_t>(10 * (i + 1)), accuracies[i], loss});
  return out;
}

constexpr StopRule kRule{
    .late = 0.6, .risen = 0.1, .window = 0.25, .gain_accuracy = 0.002, .gain_loss = 0.005, .behind = 0.1};

TEST(EarlyStop, LetsRecallSitAtChanceForLong) {
  EXPECT_EQ(judge(looks({0.25, 0.25, 0.25, 0.25, 0.25}), 0.9, 100, 0.25, kRule), Verdict::kGoOn);
  EXPECT_EQ(judge(looks({0.25, 0.25, 0.25, 0.25, 0.25, 0.25}), 0.9, 100, 0.25, kRule), Verdict::kBehind);
}

TEST(EarlyStop, StopsWhatHasRisenAndStandsStill) {
  EXPECT_EQ(judge(looks({0.5, 0.6, 0.6, 0.6}), 0.6, 100, 0.25, kRule), Verdict::kGoOn)
      << "one look before the window shows the rise";
  EXPECT_EQ(judge(looks({0.5, 0.6, 0.6, 0.6, 0.6}), 0.6, 100, 0.25, kRule), Verdict::kPlateau);
  auto falling = looks({0.5, 0.6, 0.6, 0.6, 0.6});
  falling.back().loss = 0.9;
  EXPECT_EQ(judge(falling, 0.6, 100, 0.25, kRule), Verdict::kGoOn) << "the loss still falls";
}

TEST(EarlyStop, NeverStopsAPlateauOnceTheRateDecays) {
  EXPECT_EQ(judge(looks({0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5}), 0.5, 100, 0.25, kRule), Verdict::kGoOn);
}

TEST(EarlyStop, KeepsASiblingThatCatchesUp) {
  EXPECT_EQ(judge(looks({0.4, 0.5}), 0.9, 100, 0.25, kRule), Verdict::kGoOn);
  EXPECT_EQ(judge(looks({0.5, 0.5}), 0.9, 100, 0.25, kRule), Verdict::kBehind);
  EXPECT_EQ(judge(looks({0.5, 0.5}), 0.55, 100, 0.25, kRule), Verdict::kGoOn) << "it is near";
}

}  // namespace
}  // namespace madsearch
