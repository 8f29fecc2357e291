#include "engine/dispatch/failure.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

Failure failure(Outcome outcome, const std::string& sentence, bool counts = true) {
  return {.outcome = outcome, .slot = 1, .sentence = sentence, .counts = counts};
}

TEST(Failure, IsRepeatedOnlyByItsLike) {
  std::vector<Failure> all = {failure(Outcome::kLost, "died"), failure(Outcome::kFailed, "erred"),
                              failure(Outcome::kOutOfMemory, "was full")};
  EXPECT_FALSE(repeated(all, 2));
  EXPECT_EQ(repeated(all, 1), Outcome::kLost);
  all.push_back(failure(Outcome::kFailed, "erred", false));
  EXPECT_FALSE(repeated(all, 2)) << "one that does not count";
  all.push_back(failure(Outcome::kFailed, "erred"));
  EXPECT_EQ(repeated(all, 2), Outcome::kFailed);
  EXPECT_EQ(times(all, Outcome::kFailed), 2);
}

TEST(Failure, IsToldOnceWhereItHappenedOftener) {
  EXPECT_EQ(reasons({failure(Outcome::kLost, "worker 1 (cpu) died")}), "worker 1 (cpu) died");
  EXPECT_EQ(
      reasons({failure(Outcome::kLost, "worker 1 (cpu) died"), failure(Outcome::kLost, "worker 2 (cpu) fell silent"),
               failure(Outcome::kLost, "worker 1 (cpu) died")}),
      "worker 1 (cpu) died, 2 times; worker 2 (cpu) fell silent");
  EXPECT_EQ(reasons({failure(Outcome::kFailed, std::string(5000, 'x'))}).size(), 2000u);
}

}  // namespace
}  // namespace madsearch
