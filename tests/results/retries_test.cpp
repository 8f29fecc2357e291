#include "results/retries.h"

#include "tests/results/stored_run.h"

namespace madsearch {
namespace {

class Retries : public StoredRun {
 protected:
  static EvaluationRecord failed(const std::string& hash, std::int64_t retry = 0) {
    return {.hash = hash, .rung = Rung::kBattery, .finished = true, .outcome = Outcome::kFailed, .retry = retry};
  }
  std::vector<std::string> keys() {
    std::vector<std::string> out;
    for (const auto& evaluation : retries(store_, {Outcome::kFailed, Outcome::kLost}))
      out.push_back(evaluation_key(evaluation));
    return out;
  }
};

TEST_F(Retries, AreOfWhatFailedAndNotOfWhatDiverged) {
  add("fine", "random", 10, 0.5);
  add(failed("a"));
  auto diverged = failed("b");
  diverged.outcome = Outcome::kDiverged;
  add(diverged);
  auto confirm = failed("c");
  confirm.rung = Rung::kConfirm;
  confirm.seed_set = 2;
  confirm.outcome = Outcome::kLost;
  add(confirm);
  EXPECT_EQ(keys(), (std::vector<std::string>{"a/battery/0~1", "c/confirm/2~1"}));
}

TEST_F(Retries, AreCountedAndEndWithTheFirstThatEndsWell) {
  add(failed("a"));
  add(failed("a", 1));
  EXPECT_EQ(keys(), std::vector<std::string>{"a/battery/0~2"});
  auto fine = failed("a", 2);
  fine.outcome = Outcome::kOk;
  add(fine);
  EXPECT_TRUE(keys().empty());
}

TEST_F(Retries, KeysAreReadAsTheyAreWritten) {
  for (const std::int64_t retry : {0, 3}) {
    const EvaluationRecord evaluation{.hash = "abc", .rung = Rung::kConfirm, .seed_set = 12, .retry = retry};
    const auto back = evaluation_of_key(evaluation_key(evaluation));
    EXPECT_EQ(evaluation_key(back), evaluation_key(evaluation));
    EXPECT_EQ(back.retry, retry);
  }
  for (const auto* text : {"", "abc", "abc/battery", "abc/battery/", "abc/battery/0~", "abc/nothing/0"})
    EXPECT_THROW(evaluation_of_key(text), std::invalid_argument) << text;
}

TEST_F(Retries, CountTheTrainingsOfAnEarlierTryThatEndedWell) {
  auto evaluation = failed("a", 1);
  store_.put(TrainingRecord{.id = "a/battery/0/recall/0", .outcome = Outcome::kOk, .message = "first"}, 1);
  store_.put(TrainingRecord{.id = "a/battery/0/recall/1", .outcome = Outcome::kFailed}, 1);
  EXPECT_EQ(training_of(store_, evaluation, "recall", 0)->message, "first");
  EXPECT_FALSE(training_of(store_, evaluation, "recall", 1)) << "what failed is trained again";
  store_.put(TrainingRecord{.id = "a/battery/0~1/recall/1", .outcome = Outcome::kOk, .message = "second"}, 2);
  EXPECT_EQ(training_of(store_, evaluation, "recall", 1)->message, "second");
  evaluation.retry = 0;
  EXPECT_EQ(training_of(store_, evaluation, "recall", 1)->outcome, Outcome::kFailed);
}

}  // namespace
}  // namespace madsearch
