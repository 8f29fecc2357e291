// Workers on other machines, which come when they come.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/dispatch/host.h"
#include "engine/version.h"
#include "tests/engine/dispatch/coordinator_fixture.h"

namespace madsearch {
namespace {

Pool elsewhere(const std::string& command, std::int64_t copies = 1) {
  return {.name = "far", .command = command, .devices = {}, .copies = copies, .start_seconds = kNever};
}

TEST_F(CoordinatorTest, AWorkerElsewhereFindsNothingOfOurDevices) {
  const TemporaryFolder folder;
  auto options = stub("milliseconds=1");
  options.pools = {elsewhere("env > " + folder.path + "/env; " + options.pools[0].command)};
  const std::vector<std::string> ours = {"OMP_NUM_THREADS",         "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER",
                                         "CUDA_MPS_PIPE_DIRECTORY", "MADSEARCH_DEVICE",     "MADSEARCH_SHARERS"};
  for (const auto& name : ours) setenv(name.c_str(), "1", 1);
  {
    Coordinator coordinator(options);
    coordinator.submit(training("a"));
    EXPECT_EQ(all(coordinator).size(), 1);
  }
  for (const auto& name : ours) unsetenv(name.c_str());
  std::ifstream in(folder.path + "/env");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_NE(text.find("\nMADSEARCH_SLOT=1\n"), std::string::npos) << text;
  for (const auto& name : ours) EXPECT_EQ(text.find(name + "="), std::string::npos) << text;
}

TEST_F(CoordinatorTest, WhatIsInAQueueHoldsNothingUp) {
  auto options = stub("milliseconds=1");
  options.pools.insert(options.pools.begin(), elsewhere("sleep 1000", 2));
  Coordinator coordinator(options);
  listen(coordinator);
  EXPECT_EQ(coordinator.slots(), 3);
  coordinator.submit(training("a"));
  EXPECT_EQ(all(coordinator).size(), 1);
  EXPECT_EQ(coordinator.states().starting, 0) << "one request needs no second worker";
  for (int i = 0; i < 10; ++i) coordinator.submit(training(std::to_string(i)));
  EXPECT_EQ(all(coordinator).size(), 10);
  EXPECT_EQ(coordinator.states().starting, 2);
  EXPECT_TRUE(events_.empty());
}

TEST_F(CoordinatorTest, ARequestThatFailedDoesNotWaitForAQueue) {
  auto options = stub("milliseconds=1,crash=2");
  options.pools.push_back(elsewhere("sleep 1000"));
  Coordinator coordinator(options);
  for (const char* id : {"a", "b", "c"}) coordinator.submit(training(id));
  EXPECT_EQ(all(coordinator).size(), 3);
}

TEST_F(CoordinatorTest, AJobThatDoesNotComeIsNoFailure) {
  auto options = command("");
  options.pools = {elsewhere("sleep 1000")};
  options.pools[0].start_seconds = 0.02;
  options.farewell = {.terminate = 0.01, .kill = 1};
  Coordinator coordinator(options);
  listen(coordinator);
  coordinator.submit(training("a"));
  for (int i = 0; i < 100 && events_.size() < 3; ++i) EXPECT_FALSE(coordinator.wait(0.1));
  ASSERT_EQ(events_.size(), 3u);
  EXPECT_EQ(events_[0], "worker 1 (far) was silent for 0.02 s, before it said hello");
}

TEST_F(CoordinatorTest, ASlotElsewhereIsTriedForAsLongAsTheCoordinatorLives) {
  const TemporaryFolder folder;
  auto options = stub("milliseconds=1,crash=2");
  const auto starts = folder.path + "/starts";  // the first works, then ten don't
  options.pools = {elsewhere("echo x >> " + starts + "; n=$(wc -l < " + starts +
                             "); [ $n -gt 1 ] && [ $n -lt 12 ] && exit 3; " + options.pools[0].command)};
  options.longest_restart_seconds = 0.01;
  Coordinator coordinator(options);
  listen(coordinator);
  for (const char* id : {"a", "b"}) coordinator.submit(training(id));
  EXPECT_EQ(all(coordinator).size(), 2);
  ASSERT_FALSE(events_.empty());
  EXPECT_EQ(events_[0], "worker 1 (far on " + host_name() + ") ended: signal 9 (Killed); attempt 1 of 2");
  EXPECT_EQ(events_.back(), "worker 1 (far on " + host_name() + ") works again");
}

TEST_F(CoordinatorTest, SaysWhenNoPoolCanBeStarted) {
  auto options = command("no-such-worker 2>/dev/null");
  options.pools.push_back(elsewhere("exit 3"));
  Coordinator coordinator(options);
  coordinator.submit(training("b"));
  EXPECT_TRUE(complaint(coordinator)
                  .ends_with("; 3 starts have failed\nits command: no-such-worker 2>/dev/null\n"
                             "its command: exit 3"));
}

TEST_F(CoordinatorTest, KnowsHowItsPoolsFare) {
  auto options = stub("milliseconds=1,crash=3");
  options.pools.push_back(elsewhere(options.pools[0].command, 2));
  Coordinator coordinator(options);
  for (int i = 0; i < 40; ++i) coordinator.submit(training(std::to_string(i)));
  EXPECT_EQ(all(coordinator).size(), 40);
  const auto pools = coordinator.pools();
  ASSERT_EQ(pools.size(), 2u);
  EXPECT_EQ(pools[0].name, "local");
  EXPECT_EQ(pools[0].slots, 1);
  EXPECT_EQ(pools[1].name, "far");
  EXPECT_EQ(pools[1].slots, 2);
  EXPECT_GE(pools[0].requests + pools[1].requests, 40);
  std::int64_t losses = 0;
  for (const auto& pool : pools)
    for (const auto& [host, count] : pool.losses) {
      EXPECT_EQ(host, host_name());
      losses += count;
    }
  EXPECT_GE(losses, 10);
}

/// The command of a worker that says what `hello` says, and answers one training.
std::string computer(const Hello& hello) {
  TrainReply reply;
  reply.record.id = "a";
  reply.record.task = "selective-copying";
  reply.record.outcome = Outcome::kDiverged;
  return "echo '" + to_line(hello) + "'; read ping; read request; echo '" +
         to_line(Memory{.resident_bytes = 3 << 20, .peak_bytes = 5 << 20}, 1) + "'; echo '" + to_line(reply, 1) +
         "'; cat >/dev/null";
}

TEST_F(CoordinatorTest, ShowsTheMemoryThatWorkersReport) {
  Coordinator coordinator(command(computer({.version = "x", .revision = kRevision, .device = "cpu"})));
  coordinator.submit(training("a"));
  EXPECT_EQ(all(coordinator).size(), 1);
  EXPECT_EQ(coordinator.use().at(0).resident_mib, 3);
  EXPECT_EQ(coordinator.use().at(0).peak_mib, 5);
}

TEST_F(CoordinatorTest, SaysOnceThatWorkersComputeWithDifferentProcessors) {
  Hello hello{.version = "x", .revision = kRevision, .processor = "avx2 fma", .device = "cpu", .host = "node1"};
  auto options = command(computer(hello));
  hello.processor = "avx2 fma avx512f";
  hello.host = "node2";
  options.pools.push_back(elsewhere(computer(hello), 2));
  Coordinator coordinator(options);
  listen(coordinator);
  for (const char* id : {"a", "b", "c"}) coordinator.submit(training(id));
  for (int i = 0; i < 100 && coordinator.workers().size() < 3; ++i) coordinator.wait(0.1);
  const auto of_digits = std::count_if(events_.begin(), events_.end(), [](const std::string& event) {
    return event.ends_with(": the same training may differ in its last digits");
  });
  EXPECT_EQ(of_digits, 1);
}

}  // namespace
}  // namespace madsearch
