#include "engine/worker/trainer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mad_tasks/table.h"
#include "support.h"

namespace madsearch {
namespace {

using testing::request;

TEST(Trainer, LearnsASmallTask) {
  auto r = request("attention{heads=4} swiglu", "selective-copying", {{"vocabulary", 8}, {"length", 16}, {"copies", 2}}, 250);
  r.grid = {{1e-4, 0}, {5e-3, 0}};
  double first = 0, last = 0;
  const auto record = train(r, {}, [&](const Progress& p) {
    if (first == 0) first = p.loss;
    last = p.loss;
  });
  EXPECT_EQ(record.outcome, Outcome::kOk) << record.message;
  EXPECT_LT(last, 0.8 * first);
  EXPECT_EQ(record.learning_rate, 5e-3);
  EXPECT_TRUE(record.edge);
  EXPECT_GT(record.validation_a, 0.3);
  EXPECT_NEAR(record.validation_b, record.test, 0.15);
  EXPECT_GT(record.core_seconds, 0);
}

TEST(Trainer, GivesTheSameReplyToTheSameRequest) {
  auto r = request("mamba swiglu", "in-context-recall", {{"length", 16}, {"vocabulary", 8}}, 20);
  r.grid = {{1e-3, 0}, {3e-3, 0.1}};
  const auto a = train(r, {}, {}), b = train(r, {}, {});
  EXPECT_EQ(a.outcome, Outcome::kOk) << a.message;
  EXPECT_EQ(a.validation_a, b.validation_a);
  EXPECT_EQ(a.validation_b, b.validation_b);
  EXPECT_EQ(a.test, b.test);
  EXPECT_EQ(a.test_loss, b.test_loss);
  EXPECT_EQ(a.learning_rate, b.learning_rate);
  EXPECT_EQ(a.steps, b.steps);
  r.seed = 8;
  EXPECT_NE(train(r, {}, {}).test_loss, a.test_loss);
}

TEST(Trainer, RunsBothProtocolsOnEveryTask) {
  for (const auto& task : tasks())
    for (const auto protocol : {DataProtocol::kMadsearch, DataProtocol::kMadLab}) {
      auto r = request("attention{heads=4} swiglu", task.name, {}, 2);
      r.setting.evaluation_examples = 8;
      r.protocol = protocol;
      r.norm = protocol == DataProtocol::kMadLab ? "layernorm" : "rmsnorm";
      const auto record = train(r, {}, {});
      EXPECT_EQ(record.outcome, Outcome::kOk) << task.name << ": " << record.message;
      EXPECT_EQ(record.steps, 2);
      if (protocol == DataProtocol::kMadLab) {
        EXPECT_EQ(record.validation_b, record.test_macro);
      }
    }
}

TEST(Trainer, ANaNAtOneGridPointIsThatPointsEnd) {
  auto r = request("attention{heads=4} swiglu", "in-context-recall", {{"length", 16}}, 20);
  r.grid = {{1e30, 0}, {1e-3, 0}};
  const auto record = train(r, {}, {});
  EXPECT_EQ(record.outcome, Outcome::kOk) << record.message;
  EXPECT_EQ(record.learning_rate, 1e-3);
  r.grid = {{1e30, 0}, {1e32, 0}};
  const auto none = train(r, {}, {});
  EXPECT_EQ(none.outcome, Outcome::kDiverged);
  EXPECT_EQ(none.message, "the loss was not a finite number at any grid point");
}

TEST(Trainer, StopsAtALimitOfTime) {
  auto r = request("attention{heads=4} swiglu", "in-context-recall", {}, 100000);
  r.setting.train_examples = 64;
  r.seconds_limit = 0.3;
  EXPECT_EQ(train(r, {}, {}).outcome, Outcome::kTimedOut);
}

TEST(Trainer, SaysWhyADesignCannotBeBuilt) {
  auto r = request("attention{heads=4} swiglu", "in-context-recall", {{"length", 16}}, 5);
  r.design = "attention{heads=5}";
  const auto record = train(r, {}, {});
  EXPECT_EQ(record.outcome, Outcome::kFailed);
  EXPECT_NE(record.message.find("heads=5"), std::string::npos) << record.message;
}

TEST(Trainer, StopsAtAPerfectValidation) {
  // One pair of key and value is all there is to know.
  auto r = request("attention{heads=4} swiglu", "memorization", {{"vocabulary", 8}, {"length", 8}}, 600);
  r.evaluate_every = 20;
  const auto record = train(r, {}, {});
  EXPECT_EQ(record.outcome, Outcome::kOk) << record.message;
  EXPECT_LT(record.steps, 600);
  EXPECT_GT(record.test, 0.98);
}

TEST(Trainer, AnMlpScoresWhatTheCurrentTokenTells) {
  struct Case { const char* task; std::map<std::string, double> changes; };
  for (const auto& [task, changes] : {Case{"in-context-recall", {{"vocabulary", 8}, {"length", 32}}}, Case{"selective-copying", {{"vocabulary", 8}, {"length", 32}, {"copies", 4}}},
                                      Case{"memorization", {{"vocabulary", 16}, {"length", 16}}}, Case{"compression", {{"vocabulary", 8}, {"length", 8}}}}) {
    auto r = request("mlp mlp", task, changes, 200);
    r.setting.evaluation_examples = 256;
    const auto record = train(r, {}, {});
    const auto chance = find_task(task)->chance(r.setting.setting.values);
    EXPECT_NEAR(record.test, chance, 0.03) << task;
  }
}

TEST(Trainer, WarmsUpStaysAndDecays) {
  EXPECT_DOUBLE_EQ(schedule(0, 1000, DataProtocol::kMadsearch), 0.01);
  EXPECT_DOUBLE_EQ(schedule(500, 1000, DataProtocol::kMadsearch), 1);
  EXPECT_DOUBLE_EQ(schedule(900, 1000, DataProtocol::kMadsearch), 0.5);
  EXPECT_DOUBLE_EQ(schedule(0, 1000, DataProtocol::kMadLab), 1);
}

}  // namespace
}  // namespace madsearch
