// The program madsearch-node, as a coordinator's pool: stub workers behind one connection.
#include "engine/dispatch/node_pool.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "engine/dispatch/host.h"
#include "tests/engine/dispatch/coordinator_fixture.h"

namespace madsearch {
namespace {

class NodePoolTest : public CoordinatorTest {
 protected:
  /// A pool of one node with two workers; both note their processes. `behaviour`: of the workers.
  WorkerOptions node(const std::string& behaviour) const {
    const auto worker =
        "echo $$ >> " + folder_.path + "/pids; MADSEARCH_STUB=" + behaviour + " exec " + in_build("tests/stub_worker");
    auto out = command("echo $$ > " + folder_.path + "/node; exec " + in_build("madsearch-node") +
                       " --devices cpu --slots 2 --worker '" + worker + "'");
    out.pools[0].name = "far";
    out.pools[0].devices.clear();
    out.farewell = {.terminate = 1, .kill = 5};
    out.attempts = 20;
    return out;
  }
  std::set<pid_t> pids() const {
    std::set<pid_t> out;
    std::ifstream in(folder_.path + "/pids");
    for (pid_t pid = 0; in >> pid;) out.insert(pid);
    return out;
  }
  static bool alive(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string number;
    std::string name;
    std::string state;
    return (stat >> number >> name >> state) && state != "Z";
  }
  /// No worker that ever was is there, within 4 s.
  bool all_gone() const {
    const auto all = pids();
    for (int i = 0; i < 400 && std::any_of(all.begin(), all.end(), alive); ++i) usleep(10'000);
    return !all.empty() && std::none_of(all.begin(), all.end(), alive);
  }
  static void submit(Coordinator& coordinator, int count) {
    for (int i = 0; i < count; ++i)
      coordinator.submit(training(std::to_string(i), i % 2 ? "mamba swiglu" : "attention swiglu"));
  }
  static std::map<std::string, Outcome> outcomes(Coordinator& coordinator) {
    std::map<std::string, Outcome> out;
    for (const auto& answer : all(coordinator)) out[record(answer).id] = record(answer).outcome;
    return out;
  }
  static void wait_for_work(Coordinator& coordinator) {
    for (int i = 0; i < 200 && coordinator.states().busy < 2; ++i) coordinator.wait(0.05);
  }

  TemporaryFolder folder_;
};

TEST_F(NodePoolTest, ComputesWithTheWorkersOfItsMachine) {
  {
    Coordinator coordinator(node("milliseconds=5"));
    submit(coordinator, 20);
    const auto answers = all(coordinator);
    ASSERT_EQ(answers.size(), 20);
    EXPECT_EQ(record(answers[0]).provenance.host, host_name());
    EXPECT_EQ(record(answers[0]).provenance.device, "stub");
    EXPECT_EQ(coordinator.present(), 2);
    for (const auto& slot : coordinator.use()) EXPECT_GT(slot.peak_mib, 1);
  }
  EXPECT_EQ(pids().size(), 2u);
  EXPECT_TRUE(all_gone());
}

TEST_F(NodePoolTest, LosesOneAttemptWithAWorker) {
  Coordinator coordinator(node("milliseconds=1,crash=5"));
  listen(coordinator);
  submit(coordinator, 20);
  for (const auto& [id, outcome] : outcomes(coordinator)) EXPECT_EQ(outcome, Outcome::kOk) << id;
  ASSERT_FALSE(events_.empty());
  EXPECT_TRUE(events_[0].ends_with(" (cpu) ended: signal 9 (Killed); attempt 1 of 20")) << events_[0];
  EXPECT_TRUE(events_[0].find(" (far on " + host_name() + ") lost it: worker ") != std::string::npos) << events_[0];
  for (const auto& event : events_) EXPECT_NE(event.find("lost it"), std::string::npos) << event;
}

TEST_F(NodePoolTest, PassesOnWhatWorkersAnswerAndReplacesThem) {
  Coordinator coordinator(node("milliseconds=1,fail=4"));
  listen(coordinator);
  submit(coordinator, 12);
  for (const auto& [id, outcome] : outcomes(coordinator)) EXPECT_EQ(outcome, Outcome::kOk) << id;
  ASSERT_FALSE(events_.empty());
  EXPECT_TRUE(events_[0].ends_with(" answered failed: the stub was asked to fail; attempt 1 of 20")) << events_[0];
  EXPECT_GT(pids().size(), 2u);
}

TEST_F(NodePoolTest, TellsWhatADesignThatKillsWorkersCameTo) {
  auto options = node("milliseconds=1,poison=mamba");
  options.attempts = 2;
  Coordinator coordinator(options);
  submit(coordinator, 6);
  auto found = outcomes(coordinator);
  EXPECT_EQ(found["0"], Outcome::kOk);
  EXPECT_EQ(found["1"], Outcome::kLost);
}

/// The next line of an idle node comes in answer to a ping, after 5 s.
TEST_F(NodePoolTest, IsAskedAgainWithoutWaitingForALine) {
  for (int i = 0; i < 4; ++i) {
    Coordinator coordinator(node("milliseconds=1,crash=2"));
    const auto began = std::chrono::steady_clock::now();
    submit(coordinator, 8);
    EXPECT_EQ(outcomes(coordinator).size(), 8);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    EXPECT_LT(took.count(), 4);
  }
}

TEST_F(NodePoolTest, EndsAWorkerWhoseAttemptIsCancelled) {
  Coordinator coordinator(node("milliseconds=60000"));
  submit(coordinator, 2);
  wait_for_work(coordinator);
  coordinator.cancel("0");
  for (int i = 0; i < 100 && pids().size() < 3; ++i) coordinator.wait(0.05);
  EXPECT_EQ(pids().size(), 3u) << "a worker in the place of the one that was ended";
  EXPECT_EQ(coordinator.waiting(), 1);
}

TEST_F(NodePoolTest, EndsItsWorkersWhenItIsKilled) {
  for (const auto signal : {SIGTERM, SIGKILL}) {
    Coordinator coordinator(node("milliseconds=60000"));
    submit(coordinator, 2);
    wait_for_work(coordinator);
    pid_t node_pid = 0;
    std::ifstream(folder_.path + "/node") >> node_pid;
    ASSERT_GT(node_pid, 0);
    kill(node_pid, signal);
    EXPECT_TRUE(all_gone()) << signal;
  }
}

TEST_F(NodePoolTest, IsGoneWhenItsCoordinatorIsKilled) {
  const auto child = fork();
  if (child == 0) {
    Coordinator coordinator(node("milliseconds=60000"));
    submit(coordinator, 2);
    wait_for_work(coordinator);
    kill(getpid(), SIGKILL);
  }
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(all_gone());
}

TEST_F(NodePoolTest, SaysWhenItsWorkersDoNotStart) {
  const auto complaints = folder_.path + "/complaints";
  auto options = command(in_build("madsearch-node") + " --devices cpu --slots 1 --worker 'exit 3' 2>>" + complaints);
  options.pools[0].name = "far";
  options.pools[0].devices.clear();
  Coordinator coordinator(options);
  listen(coordinator);
  coordinator.submit(training("a"));
  for (int i = 0; i < 100 && events_.empty(); ++i) coordinator.wait(0.1);
  ASSERT_FALSE(events_.empty());
  EXPECT_EQ(events_[0], "worker 1 (far on " + host_name() + ") ended: exit code 2");
  std::ifstream in(complaints);
  std::string text;
  while (std::getline(in, text) && text.find("starts have failed") == std::string::npos) {
  }
  EXPECT_EQ(text, "madsearch-node: worker 1 (cpu) ended: exit code 3, before it said hello; 3 starts have failed");
}

}  // namespace
}  // namespace madsearch
