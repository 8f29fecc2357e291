#include "results/records.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace madsearch {
namespace {

const std::vector<Outcome> kOutcomes = {Outcome::kOk,       Outcome::kDiverged, Outcome::kOutOfMemory,
                                        Outcome::kTimedOut, Outcome::kFailed,   Outcome::kLost};

TEST(Outcomes, AreReadAsTheyAreWritten) {
  for (const auto outcome : kOutcomes) EXPECT_EQ(outcome_from(to_text(outcome)), outcome) << to_text(outcome);
  EXPECT_THROW(outcome_from("OK"), std::invalid_argument);
}

/// What a machine may have done is tried again; what a design does is not.
TEST(Outcomes, AreFinalWhereTheyAreTheDesignsOwn) {
  std::vector<std::string> found;
  for (const auto outcome : kOutcomes)
    if (is_final(outcome)) found.push_back(to_text(outcome));
  EXPECT_EQ(found, (std::vector<std::string>{"ok", "diverged"}));
}

TEST(Rungs, AreReadAsTheyAreWritten) {
  for (const auto rung : {Rung::kProbe, Rung::kBattery, Rung::kConfirm, Rung::kPretrain, Rung::kCounterfactual})
    EXPECT_EQ(rung_from(to_text(rung)), rung) << to_text(rung);
  EXPECT_THROW(rung_from(""), std::invalid_argument);
}

}  // namespace
}  // namespace madsearch
