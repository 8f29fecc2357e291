#include "engine/worker/trainer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

#include "mad_tasks/battery.h"
#include "mad_tasks/table.h"
#include "support.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

using testing::request;

TEST(Trainer, LearnsASmallTask) {
  auto r = request("attention{heads=4} swiglu", "selective-copying", {{"vocabulary", 8}, {"length", 16}, {"copies", 2}},
                   250);
  r.grid = {{1e-4, 0}, {5e-3, 0}};
  double first = 0;
  double last = 0;
  const auto record = train(r, {}, [&](const Progress& p) {
                        if (first == 0) first = p.loss;
                        last = p.loss;
                      }).record;
  EXPECT_EQ(record.outcome, Outcome::kOk) << record.message;
  EXPECT_LT(last, 0.8 * first);
  EXPECT_GE(record.learning_rate, 5e-3);
  EXPECT_GT(record.validation_a.value(), 0.3);
  EXPECT_NEAR(record.validation_b.value(), record.test.value(), 0.15);
  EXPECT_GT(record.core_seconds, 0);
}

TEST(Trainer, GivesTheSameReplyToTheSameRequest) {
  auto r = request("mamba swiglu", "in-context-recall", {{"length", 16}, {"vocabulary", 8}}, 20);
  r.grid = {{1e-3, 0}, {3e-3, 0.1}};
  const auto a = train(r, {}, {}).record, b = train(r, {}, {}).record;
  EXPECT_EQ(a.outcome, Outcome::kOk) << a.message;
  EXPECT_EQ(a.validation_a, b.validation_a);
  EXPECT_EQ(a.validation_b, b.validation_b);
  EXPECT_EQ(a.test, b.test);
  EXPECT_EQ(a.test_loss, b.test_loss);
  EXPECT_EQ(a.learning_rate, b.learning_rate);
  EXPECT_EQ(a.steps, b.steps);
  r.seed = 8;
  EXPECT_NE(train(r, {}, {}).record.test_loss, a.test_loss);
}

TEST(Trainer, ScoresTheDistilledFormBesideTheExactOne) {
  auto r = request("hyena{filter_order=2} swiglu attention{heads=4,window=4} swiglu", "selective-copying",
                   {{"length", 32}, {"copies", 4}}, 30);
  const auto plain = train(r, {}, {});
  EXPECT_EQ(plain.distilled.state, 0) << "nobody asked";
  r.distil = true;
  const auto reply = train(r, {}, {});
  EXPECT_EQ(reply.record.outcome, Outcome::kOk) << reply.record.message;
  EXPECT_EQ(reply.record.test, plain.record.test);
  const std::int64_t D = r.width, windows = 2 * 4 * D, cache = 2 * 3 * D;
  EXPECT_EQ(reply.distilled.state_exact, 32 * D + cache + windows);
  EXPECT_LT(reply.distilled.state, reply.distilled.state_exact);
  EXPECT_GE(reply.distilled.state, cache + windows);
  EXPECT_NEAR(reply.distilled.test, reply.record.test.value(), 0.02);
  EXPECT_NEAR(reply.distilled.validation_b, reply.record.validation_b.value(), 0.02);
}

/// Noisy recall asks for as many values as there happen to be: on a GPU its steps are replayed all the same.
TEST(Trainer, ReplaysStepsOfATaskWhoseExamplesAskForMoreOrLess) {
  const auto r = request("attention{heads=4} swiglu", "noisy-in-context-recall",
                         {{"length", 16}, {"vocabulary", 12}, {"noise_vocabulary", 4}, {"train_asked", 1}}, 30);
  int recorded = 0;
  Runtime replaying;
  replaying.recorder = [&](const std::function<void()>& work) {
    return ++recorded, std::make_unique<testing::Again>(work);
  };
  const auto computed = train(r, {}, {}).record;
  const auto replayed = train(r, replaying, {}).record;
  EXPECT_EQ(recorded, 1);
  EXPECT_NEAR(replayed.test_loss.value(), computed.test_loss.value(), 1e-3);
}

TEST(Trainer, HasNothingToDistilWithoutALongConvolution) {
  auto r = request("attention{heads=4} swiglu", "compression", {{"length", 16}}, 5);
  r.distil = true;
  const auto reply = train(r, {}, {});
  EXPECT_EQ(reply.distilled.state, reply.distilled.state_exact);
  EXPECT_EQ(reply.distilled.test, reply.record.test);
  EXPECT_EQ(reply.distilled.validation_b, reply.record.validation_b);
}

TEST(Trainer, RunsBothProtocolsOnEveryTask) {
  for (const auto& task : tasks())
    for (const auto protocol : {Protocol::kMadsearch, Protocol::kMadLab}) {
      auto r = request("attention{heads=4} swiglu", task.name, {}, 2);
      r.setting.evaluation_examples = 8;
      r.protocol = protocol;
      r.norm = protocol == Protocol::kMadLab ? "layernorm" : "rmsnorm";
      const auto record = train(r, {}, {}).record;
      EXPECT_EQ(record.outcome, Outcome::kOk) << task.name << ": " << record.message;
      EXPECT_EQ(record.steps, 2);
      if (protocol == Protocol::kMadLab) {
        EXPECT_EQ(record.validation_b, record.test_macro);
      }
    }
}

TEST(Trainer, ANaNAtOneGridPointIsThatPointsEnd) {
  auto r = request("attention{heads=4} swiglu", "in-context-recall", {{"length", 16}}, 20);
  r.grid = {{1e30, 0}, {1e-3, 0}};
  const auto record = train(r, {}, {}).record;
  EXPECT_EQ(record.outcome, Outcome::kOk) << record.message;
  EXPECT_EQ(record.learning_rate, 1e-3);
  r.grid = {{1e30, 0}, {1e32, 0}};
  const auto none = train(r, {}, {}).record;
  EXPECT_EQ(none.outcome, Outcome::kDiverged);
  EXPECT_EQ(none.message, "the loss was not a finite number at any grid point");
}

TEST(Trainer, GoesOnceBeyondTheEdgeOfTheGrid) {
  auto r = request("attention{heads=4} swiglu", "selective-copying", {{"vocabulary", 8}, {"length", 16}, {"copies", 2}},
                   100);
  r.early_stop = false;
  r.grid = {{1e-5, 0}, {1e-4, 0}};
  const auto low = train(r, {}, {});
  EXPECT_EQ(low.record.outcome, Outcome::kOk) << low.record.message;
  EXPECT_EQ(low.record.trainings, 3);
  ASSERT_EQ(low.curves.size(), 3u);
  EXPECT_NEAR(low.curves[2].point.learning_rate, 1e-3, 1e-12);
  EXPECT_EQ(low.record.learning_rate, low.curves[2].point.learning_rate);
  EXPECT_TRUE(low.record.edge) << "the best is still the last that was tried";
  r.grid = {{1e-5, 0}, {3e-3, 0}, {1e3, 0}};
  const auto within = train(r, {}, {});
  EXPECT_EQ(within.record.learning_rate, 3e-3);
  EXPECT_EQ(within.record.trainings, 3);
  EXPECT_FALSE(within.record.edge);
  r.grid = {{1e-4, 0}};
  EXPECT_EQ(train(r, {}, {}).record.trainings, 1) << "one rate has no neighbour to tell how far";
  r.grid = {{1e-5, 0}, {1e-4, 0}};
  r.protocol = Protocol::kMadLab;
  EXPECT_EQ(train(r, {}, {}).record.trainings, 2) << "the reference does not";
}

TEST(Trainer, KeepsToTheGridIfTold) {
  auto r =
      request("attention{heads=4} swiglu", "selective-copying", {{"vocabulary", 8}, {"length", 16}, {"copies", 2}}, 20);
  r.grid = {{1e-5, 0}, {1e-3, 0}};
  EXPECT_EQ(train(r, {}, {}).record.trainings, 3);
  r.extend = false;
  const auto alone = train(r, {}, {}).record;
  EXPECT_EQ(alone.trainings, 2);
  EXPECT_TRUE(alone.edge);
}

TEST(Trainer, LeavesTheCurvesOfWhatItDoesNotStop) {
  auto r = request("mamba swiglu", "in-context-recall", {{"length", 16}, {"vocabulary", 8}}, 40);
  r.grid = {{1e-3, 0}, {3e-3, 0}, {1e-2, 0}};
  r.evaluate_every = 10;
  r.early_stop = false;
  const auto reply = train(r, {}, {});
  double best = 0;
  for (const auto& curve : reply.curves) {
    ASSERT_EQ(curve.looks.size(), 4u);
    EXPECT_EQ(curve.looks.back().step, 40);
    for (const auto& look : curve.looks) best = std::max(best, look.accuracy);
  }
  EXPECT_EQ(best, reply.record.validation_a);
  EXPECT_EQ(reply.record.steps, 40 * reply.record.trainings);
}

TEST(Trainer, ScoresTheWholeWayByProgress) {
  auto r = request("attention{heads=4} swiglu", "selective-copying", {{"vocabulary", 8}, {"length", 16}, {"copies", 2}},
                   100);
  r.grid = {{5e-3, 0}};
  r.evaluate_every = 10;
  r.early_stop = false;
  r.setting.measure = Measure::kProgress;
  const auto reply = train(r, {}, {});
  ASSERT_EQ(reply.record.outcome, Outcome::kOk) << reply.record.message;
  double sum = 0;
  for (const auto& look : reply.curves.front().looks) sum += look.accuracy;
  ASSERT_EQ(reply.curves.front().looks.size(), 10u);
  EXPECT_NEAR(reply.record.validation_b.value(), sum / 10, 0.05);  // B is like A
  EXPECT_LT(reply.record.validation_b.value(), reply.record.validation_a.value() - 0.02);
  r.setting.measure = Measure::kBest;
  const auto best = train(r, {}, {});
  EXPECT_EQ(best.record.test, reply.record.test) << "what is trained is the same";
}

TEST(Trainer, CountsWhatIsLeftOfAPerfectTrainingAsPerfect) {
  auto r = request("attention{heads=4} swiglu", "memorization", {{"vocabulary", 8}, {"length", 8}}, 600);
  r.evaluate_every = 20;
  r.setting.measure = Measure::kProgress;
  const auto reply = train(r, {}, {});
  double sum = 0;
  for (const auto& look : reply.curves.front().looks) sum += look.accuracy;
  const auto seen = static_cast<double>(reply.curves.front().looks.size());
  EXPECT_LT(seen, 30);
  EXPECT_NEAR(reply.record.validation_b.value(), (sum + 30 - seen) / 30, 0.02);
}

TEST(Trainer, StopsAtALimitOfTime) {
  auto r = request("attention{heads=4} swiglu", "in-context-recall", {}, 100000);
  r.setting.train_examples = 64;
  r.seconds_limit = 0.3;
  EXPECT_EQ(train(r, {}, {}).record.outcome, Outcome::kTimedOut);
}

TEST(Trainer, SaysWhyADesignCannotBeBuilt) {
  auto r = request("attention{heads=4} swiglu", "in-context-recall", {{"length", 16}}, 5);
  r.design = "attention{heads=5}";
  const auto record = train(r, {}, {}).record;
  EXPECT_EQ(record.outcome, Outcome::kFailed);
  EXPECT_NE(record.message.find("heads=5"), std::string::npos) << record.message;
}

TEST(Trainer, StopsAtAPerfectValidation) {
  // One pair of key and value is all there is to know.
  auto r = request("attention{heads=4} swiglu", "memorization", {{"vocabulary", 8}, {"length", 8}}, 600);
  r.evaluate_every = 20;
  const auto record = train(r, {}, {}).record;
  EXPECT_EQ(record.outcome, Outcome::kOk) << record.message;
  EXPECT_LT(record.steps, 600);
  EXPECT_GT(record.test.value(), 0.98);
}

/// Test accuracy of answering with the target that followed the current token most often in training. What compression
/// asks depends on the place too: all it shows a model of one token at a time is the last one.
double current_token_accuracy(const TaskSetting& setting) {
  const auto& task = *find_task(setting.task);
  const bool encoder = task.backbone == Backbone::kAutoEncoder;
  const auto generator = task.prepare(setting.values, Seed{7}, Protocol::kMadsearch);
  std::map<std::pair<std::int32_t, std::size_t>, std::map<std::int32_t, int>> followed;
  const auto each = [&](Split split, std::uint64_t n, auto&& visit) {
    for (std::uint64_t i = 0; i < n; ++i) {
      const auto [inputs, targets] = generator->make(split, i);
      for (std::size_t t = 0; t < inputs.size(); ++t)
        if (targets[t] != kIgnore)
          visit(encoder ? std::pair{inputs.back(), t} : std::pair{inputs[t], std::size_t{0}}, targets[t]);
    }
  };
  each(Split::kTrain, 4096, [&](const auto& seen, auto target) { ++followed[seen][target]; });
  double scored = 0;
  double right = 0;
  each(Split::kTest, 2048, [&](const auto& seen, auto target) {
    const auto& counts = followed[seen];
    const auto best = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& x, const auto& y) { return x.second < y.second; });
    ++scored;
    right += best != counts.end() && best->first == target;
  });
  return right / scored;
}

TEST(Trainer, AnMlpScoresWhatTheCurrentTokenTellsOnTheQuickBattery) {
  const auto battery = load_battery("quick", in_source("configs"));
  EXPECT_FALSE(battery.partial());
  for (const auto& task : battery.tasks)
    for (const auto& setting : task.settings) {
      auto r = request("swiglu swiglu swiglu swiglu", task.task, {}, 1);
      r.width = battery.width;
      r.design = text(testing::sized("swiglu swiglu swiglu swiglu", battery.width, battery.longest()));
      r.setting = setting;
      r.setting.steps = std::min<std::int64_t>(setting.steps, 250);
      r.setting.evaluation_examples = 2048;  // the luck of few answers is not what is tested
      r.evaluate_every = r.setting.steps;
      r.grid = battery.grid;
      const auto record = train(r, {}, {}).record;
      const auto name = task.task + " " + setting.setting.values.text();
      EXPECT_EQ(record.outcome, Outcome::kOk) << record.message;
      EXPECT_NEAR(record.test.value(), current_token_accuracy(setting.setting), 0.03) << name;
      EXPECT_LT(record.test.value(), find_task(task.task)->chance(setting.setting.values) + 0.03) << name;
    }
}

TEST(Trainer, RunningOutOfMemoryIsAResult) {
  auto r = request("attention{heads=4} swiglu", "in-context-recall", {}, 5);
  r.setting.batch = 4096;
  r.setting.train_examples = 4096;
  std::int64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  auto tight = before;
  tight.rlim_cur = static_cast<rlim_t>(pages * 4096 + (64 << 20));
  ASSERT_EQ(setrlimit(RLIMIT_AS, &tight), 0);
  const auto record = train(r, {}, {}).record;
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
  EXPECT_EQ(record.outcome, Outcome::kOutOfMemory) << record.message;
  EXPECT_FALSE(record.message.empty());
}

TEST(Trainer, WarmsUpStaysAndDecays) {
  EXPECT_DOUBLE_EQ(schedule(0, 1000, Protocol::kMadsearch), 0.01);
  EXPECT_DOUBLE_EQ(schedule(500, 1000, Protocol::kMadsearch), 1);
  EXPECT_DOUBLE_EQ(schedule(900, 1000, Protocol::kMadsearch), 0.5);
  EXPECT_DOUBLE_EQ(schedule(0, 1000, Protocol::kMadLab), 1);
}

}  // namespace
}  // namespace madsearch
