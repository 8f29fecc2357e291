// Requests that a worker has no memory for.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "engine/dispatch/answers.h"
#include "engine/dispatch/coordinator.h"
#include "engine/dispatch/messages.h"
#include "engine/version.h"
#include "tests/engine/dispatch/coordinator_fixture.h"

namespace madsearch {
namespace {

/// Asks for so many trainings.
void expect_all_ok(Coordinator& coordinator, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) coordinator.submit(training(std::to_string(i)));
  std::size_t answered = 0;
  while (coordinator.waiting() > 0) {
    const auto answer = coordinator.wait(10);
    ASSERT_TRUE(answer);
    EXPECT_EQ(outcome_of(*answer), Outcome::kOk) << message_of(*answer);
    ++answered;
  }
  EXPECT_EQ(answered, count);
}

TEST_F(CoordinatorTest, TakesARefusalForWantOfMemoryForTheAnswer) {
  auto options = stub("milliseconds=1,room=8");
  options.pools[0].slots = 2;
  Coordinator coordinator(options, remembered());
  listen(coordinator);
  coordinator.submit(training("a"));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(record(answers[0]).outcome, Outcome::kOutOfMemory);
  EXPECT_EQ(record(answers[0]).message, "not tried: the stub was asked to refuse");
  EXPECT_EQ(events_, std::vector<std::string>{}) << "no failure";
  EXPECT_EQ(attempts_, (std::map<std::string, int>{{"a", 1}})) << "the other slot has no more";
}

TEST_F(CoordinatorTest, AsksAWorkerOfMoreMemoryForWhatOneOfLessRefuses) {
  Coordinator coordinator(small_worker_and(stub("milliseconds=1,room=64")));
  listen(coordinator);
  for (int i = 0; i < 8; ++i) coordinator.submit(training(std::to_string(i)));
  for (const auto& answer : all(coordinator)) {
    EXPECT_EQ(record(answer).outcome, Outcome::kOk) << record(answer).id;
    EXPECT_EQ(record(answer).provenance.slot, 2) << record(answer).id;
  }
  EXPECT_EQ(events_, std::vector<std::string>{});
}

/// The small slot may not take it, and must not keep the roomy one from a second attempt.
TEST_F(CoordinatorTest, AsksARoomyWorkerAgainThatFailedWhereAnotherHasNoRoom) {
  Coordinator coordinator(small_worker_and(stub("milliseconds=20,room=64,crash=3")));
  listen(coordinator);
  expect_all_ok(coordinator, 6);
  EXPECT_FALSE(events_.empty()) << "the roomy worker has crashed";
}

/// A worker that ended starts again a little later each time. What it would hold is not refused in between.
TEST_F(CoordinatorTest, WaitsForARoomyWorkerThatStartsAgain) {
  const TemporaryFolder folder;
  const auto began = folder.path + "/began";
  auto options = small_worker_and(command("test -e " + began + " || { touch " + began +
                                          "; exit 1; }; MADSEARCH_STUB=room=64 " + in_build("tests/stub_worker")));
  options.restart_seconds = 0.3;
  Coordinator coordinator(options);
  expect_all_ok(coordinator, 4);
}

/// Its slots come and go on machines that it doesn't name.
TEST_F(CoordinatorTest, AsksAPoolForWhatAWorkerHereRefuses) {
  auto pool = stub("milliseconds=1,slots=2");
  pool.pools[0].devices.clear();
  Coordinator coordinator(small_worker_and(pool));
  expect_all_ok(coordinator, 4);
}

/// What is refused here before the pool has said hello, or while it has no slots, is not answered for that.
TEST_F(CoordinatorTest, WaitsForAPoolThatIsAboutToCome) {
  for (const std::string behaviour : {"start=300", "changes=30"}) {
    auto pool = stub("milliseconds=1,slots=2," + behaviour);
    pool.pools[0].devices.clear();
    Coordinator coordinator(small_worker_and(pool));
    expect_all_ok(coordinator, 4);
  }
}

TEST_F(CoordinatorTest, WaitsForAPoolThatNobodyHasNeededYet) {
  auto pool = stub("milliseconds=1,slots=2");
  pool.pools[0].devices.clear();
  pool.pools[0].silence_seconds = 0.3;
  Coordinator coordinator(small_worker_and(pool));
  coordinator.wait(0.5);
  expect_all_ok(coordinator, 4);
}

TEST_F(CoordinatorTest, WaitsNotForAPoolThatStaysInAQueue) {
  auto pool = command("sleep 100");
  pool.pools[0].devices.clear();
  pool.pools[0].start_seconds = kNever;
  pool.pools[0].silence_seconds = 0.3;
  auto options = small_worker_and(pool);
  Coordinator coordinator(options);
  coordinator.submit(training("a"));
  const auto answer = coordinator.wait(4);  // a ping comes after 5 s
  ASSERT_TRUE(answer);
  EXPECT_EQ(outcome_of(*answer), Outcome::kOutOfMemory);
}

/// However long the pool was at it when it ended.
TEST_F(CoordinatorTest, WaitsAgainForAPoolThatEnded) {
  const TemporaryFolder folder;
  const auto began = folder.path + "/began";
  const auto with = [](const std::string& behaviour) {
    return "MADSEARCH_STUB=slots=2," + behaviour + " exec " + in_build("tests/stub_worker");
  };
  auto pool = command("test -e " + began + " || { touch " + began + "; " + with("milliseconds=900,crash=1") + "; }; " +
                      with("milliseconds=1"));
  pool.pools[0].devices.clear();
  pool.pools[0].silence_seconds = 0.6;
  Coordinator coordinator(small_worker_and(pool));
  listen(coordinator);
  expect_all_ok(coordinator, 1);
  EXPECT_EQ(events_.size(), 1u) << "the pool has ended once";
}

/// It has slots only for moments, in which it begins nothing.
TEST_F(CoordinatorTest, WaitsNotForAPoolThatComesAndGoes) {
  const TemporaryFolder folder;
  const Hello hello{.version = "x", .revision = kRevision, .device = "stub", .host = "there", .slots = 0};
  std::ofstream(folder.path + "/hello") << to_line(hello) << "\n";
  for (const int count : {0, 1})
    std::ofstream(folder.path + "/" + std::to_string(count)) << to_line(Slots{count}) << "\n";
  auto pool = command("cd " + folder.path + "; cat hello; while sleep 0.05; do cat 1 0; done");
  pool.pools[0].devices.clear();
  pool.pools[0].silence_seconds = 0.5;
  Coordinator coordinator(small_worker_and(pool));
  coordinator.submit(training("a"));
  const auto answer = coordinator.wait(10);
  ASSERT_TRUE(answer);
  EXPECT_EQ(outcome_of(*answer), Outcome::kOutOfMemory);
}

TEST_F(CoordinatorTest, StartsNoSecondWorkerOfTheKindThatHasRefused) {
  auto options = stub("milliseconds=1,room=8");
  options.pools[0].slots = 8;
  Coordinator coordinator(options);
  coordinator.submit(training("a"));
  EXPECT_EQ(outcome_of(all(coordinator).at(0)), Outcome::kOutOfMemory);
  EXPECT_EQ(coordinator.workers().size(), 1u);
}

TEST_F(CoordinatorTest, AsksAWorkerOfMoreMemoryToPretrainWhatOneOfLessRefuses) {
  Coordinator coordinator(small_worker_and(stub("milliseconds=1,room=64")));
  listen(coordinator);
  for (int i = 0; i < 4; ++i) coordinator.submit(pretraining(std::to_string(i), i == 3 ? 96 : 32));
  for (const auto& answer : all(coordinator)) {
    const bool last = id_of(answer) == "3";
    EXPECT_EQ(outcome_of(answer), last ? Outcome::kOutOfMemory : Outcome::kOk) << message_of(answer);
    EXPECT_EQ(message_of(answer), last ? "not tried: the stub was asked to refuse" : "");
  }
  EXPECT_EQ(events_, std::vector<std::string>{});
}

TEST_F(CoordinatorTest, DoesNotBlameARequestForTheMemoryOfAGpuThatOthersShare) {
  auto options = stub("milliseconds=1,memory=2");
  options.pools[0].devices = {"cuda:0"};
  options.pools[0].slots = 2;
  options.mps = "off";
  options.attempts = 1;
  Coordinator coordinator(options, remembered());
  listen(coordinator);
  for (const char* id : {"a", "b", "c"}) coordinator.submit(training(id));
  for (const auto& answer : all(coordinator)) EXPECT_EQ(record(answer).outcome, Outcome::kOk) << record(answer).message;
  ASSERT_FALSE(events_.empty());
  EXPECT_EQ(events_[0].substr(events_[0].find(" (")),
            " (cuda:0) answered out_of_memory: CUDA out of memory, the stub was asked to say (it is one of 2 workers "
            "on its GPU); what it had to do is begun again");
  for (const auto& [id, count] : attempts_) EXPECT_EQ(count, 1) << id;
}

}  // namespace
}  // namespace madsearch
