#include "engine/dispatch/coordinator.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "configs/errors.h"
#include "engine/version.h"
#include "results/scoring.h"
#include "tests/engine/dispatch/coordinator_fixture.h"

namespace madsearch {
namespace {

int number_in(const char* file) {
  int out = 0;
  std::ifstream(file) >> out;
  return out;
}

/// True if the process ends within 2 s. Killed, it may stay a zombie until its new parent looks.
bool ends(int pid) {
  for (int i = 0; i < 200; ++i) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string number, name, state;
    if (!(stat >> number >> name >> state) || state == "Z") return pid > 0;
    usleep(10'000);
  }
  return false;
}

TEST_F(CoordinatorTest, AnswersARequest) {
  Coordinator coordinator(stub());
  EXPECT_EQ(coordinator.workers().size(), 0);
  coordinator.submit(training("a"));
  EXPECT_EQ(coordinator.waiting(), 1);
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(record(answers[0]).id, "a");
  EXPECT_EQ(record(answers[0]).outcome, Outcome::kOk);
  EXPECT_EQ(coordinator.waiting(), 0);
  ASSERT_EQ(coordinator.workers().size(), 1);
  EXPECT_EQ(coordinator.workers()[0].version, "madsearch stub worker");
}

TEST_F(CoordinatorTest, AnswersInTheOrderOfSubmissionOnOneSlot) {
  Coordinator coordinator(stub("milliseconds=1"));
  for (const char* id : {"c", "a", "d", "b"}) coordinator.submit(training(id));
  std::string order;
  for (const auto& answer : all(coordinator)) order += record(answer).id;
  EXPECT_EQ(order, "cadb");
}

TEST_F(CoordinatorTest, StartsEarlierTurnsFirstAndOfATurnTheCostliest) {
  Coordinator coordinator(stub("milliseconds=1"));
  coordinator.submit(training("a"), 2, 9);
  coordinator.submit(training("b"), 1, 1);
  coordinator.submit(training("c"), 1, 5);
  coordinator.submit(training("d"), 3, 10);
  coordinator.submit(training("e"), 1, 5);
  std::string order;
  for (const auto& answer : all(coordinator)) order += record(answer).id;
  EXPECT_EQ(order, "cebad");
}

TEST_F(CoordinatorTest, ARequestThatIsTriedAgainKeepsItsTurn) {
  Coordinator coordinator(stub("milliseconds=1,crash=2"));
  for (const char* id : {"a", "b", "c"}) coordinator.submit(training(id), 0, 1);
  coordinator.submit(training("d"), 0, 2);
  std::string order;
  for (const auto& answer : all(coordinator)) order += record(answer).id;
  EXPECT_EQ(order, "dabc");  // each but d once after a death
}

TEST_F(CoordinatorTest, UsesAllSlotsAndNotMoreWorkersThanRequests) {
  auto options = stub("milliseconds=100");
  options.pools[0].slots = 4;
  Coordinator coordinator(options);
  EXPECT_EQ(coordinator.slots(), 4);
  coordinator.submit(training("a"));
  coordinator.submit(training("b"));
  EXPECT_EQ(all(coordinator).size(), 2);
  EXPECT_EQ(coordinator.workers().size(), 2);
  for (int i = 0; i < 20; ++i) coordinator.submit(training(std::to_string(i)));
  std::set<std::string> ids;
  for (const auto& answer : all(coordinator)) ids.insert(record(answer).id);
  EXPECT_EQ(ids.size(), 20);
  EXPECT_EQ(coordinator.workers().size(), 4);
}

TEST_F(CoordinatorTest, SameRequestSameAnswer) {
  std::vector<double> tests;
  for (int i = 0; i < 2; ++i) {
    Coordinator coordinator(stub("milliseconds=1"));
    coordinator.submit(training("a"));
    tests.push_back(record(all(coordinator).at(0)).test.value());
  }
  EXPECT_EQ(tests[0], tests[1]);
}

TEST_F(CoordinatorTest, GivesNothingWhenTheTimeIsUp) {
  Coordinator coordinator(stub("milliseconds=60000"));
  coordinator.submit(training("a"));
  EXPECT_FALSE(coordinator.wait(0.3));
  EXPECT_EQ(coordinator.waiting(), 1);
}

TEST_F(CoordinatorTest, ForgetsWhatIsUnderWayAtItsEnd) {
  {
    Coordinator coordinator(stub("milliseconds=60000"), remembered());
    coordinator.submit(training("a"));
    coordinator.submit(training("b"));
    for (int i = 0; i < 100 && attempts_["a"] == 0; ++i) coordinator.wait(0.1);
    EXPECT_EQ(attempts_["a"], 1);
  }
  EXPECT_EQ(attempts_, (std::map<std::string, int>{}));
}

TEST_F(CoordinatorTest, LeavesAWorkerThatIsBusyForLongerThanTheSilenceAllowed) {
  auto options = stub("milliseconds=1000");
  options.pools[0].silence_seconds = 0.4;
  Coordinator coordinator(options);
  listen(coordinator);
  coordinator.submit(training("a"));
  EXPECT_EQ(all(coordinator).size(), 1);
  EXPECT_EQ(events_.size(), 0);
}

TEST_F(CoordinatorTest, DoesNotTakeItsOwnPauseForTheWorkersSilence) {
  auto options = stub("milliseconds=1");
  options.pools[0].silence_seconds = 0.3;
  Coordinator coordinator(options);
  listen(coordinator);
  coordinator.submit(training("a"));
  EXPECT_EQ(all(coordinator).size(), 1);
  coordinator.wait(0.1);
  usleep(600'000);
  coordinator.wait(0.1);
  EXPECT_EQ(events_.size(), 0);
}

TEST_F(CoordinatorTest, KnowsHowItsSlotsWereUsed) {
  auto options = stub("milliseconds=200");
  options.pools[0].slots = 2;
  Coordinator coordinator(options);
  for (const char* id : {"a", "b", "c"}) coordinator.submit(training(id));
  EXPECT_EQ(all(coordinator).size(), 3);
  usleep(100'000);
  double busy = 0;
  std::int64_t requests = 0;
  for (const auto& slot : coordinator.use()) {
    EXPECT_EQ(slot.device, "cpu");
    EXPECT_GT(slot.starting, 0);
    EXPECT_GE(slot.tail, 0.1);
    EXPECT_GT(slot.resident_mib, 1);
    EXPECT_GE(slot.peak_mib, slot.resident_mib);
    EXPECT_LE(slot.busy + slot.starting + slot.tail, slot.total);
    busy += slot.busy;
    requests += slot.requests;
  }
  EXPECT_EQ(requests, 3);
  EXPECT_GE(busy, 0.6);
  EXPECT_LT(busy_share(coordinator.use()), 0.9);
}

TEST_F(CoordinatorTest, TakesADoubleAnswerOnce) {
  Coordinator coordinator(stub("milliseconds=1,duplicate=1"));
  listen(coordinator);
  for (const char* id : {"a", "b"}) coordinator.submit(training(id));
  EXPECT_EQ(all(coordinator).size(), 2);
  EXPECT_FALSE(coordinator.wait(0.2));
  ASSERT_EQ(events_.size(), 2);
  EXPECT_EQ(events_[0], "worker 1 (cpu) answered \"a\", which it was not asked; ignored");
  EXPECT_EQ(last_.kind, WorkerEvent::Kind::kRemark);
  EXPECT_FALSE(last_.lost_request());
}

TEST_F(CoordinatorTest, PretrainsWithTheSameWorkers) {
  Coordinator coordinator(stub("milliseconds=1"));
  coordinator.submit(pretraining("p"));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(id_of(answers[0]), "p");
  EXPECT_GT(reply_as<PretrainReply>(answers[0]).record.bits_per_byte.value(), 1);
}

TEST_F(CoordinatorTest, SaysWhenTheCommandDoesNotExist) {
  Coordinator coordinator(command("no-such-worker 2>/dev/null"));
  EXPECT_EQ(complaint(coordinator),
            "worker 1 (cpu) ended: exit code 127 (command not found), before it said hello; 3 starts have failed\n"
            "its command: no-such-worker 2>/dev/null");
}

TEST_F(CoordinatorTest, SaysWhenTheCommandIsNoWorker) {
  Coordinator coordinator(command("echo good morning; cat"));
  EXPECT_EQ(complaint(coordinator),
            "worker 1 (cpu) said what is no message (not a message: good morning), before it said hello; 3 starts have "
            "failed\n"
            "its command: echo good morning; cat");
}

TEST_F(CoordinatorTest, SaysWhenTheCommandIsMute) {
  auto options = command("sleep 100");
  options.pools[0].start_seconds = 0.1;
  Coordinator coordinator(options);
  EXPECT_EQ(complaint(coordinator),
            "worker 1 (cpu) was silent for 0.1 s, before it said hello; 3 starts have failed\nits command: sleep 100");
}

TEST_F(CoordinatorTest, RefusesAWorkerOfAnotherVersion) {
  const auto other = std::to_string(kMessagesVersion + 1);
  const std::string text = R"(echo '{"type":"hello","messages":)" + other + "}'; cat";
  Coordinator coordinator(command(text));
  EXPECT_EQ(complaint(coordinator), "worker 1 (cpu) speaks messages of version " + other + ", this madsearch " +
                                        std::to_string(kMessagesVersion) +
                                        ": the two are of different versions\nits command: " + text);
}

/// The command of a worker that says hello and then answers nothing but pings.
std::string greeter(const Hello& hello) {
  return "echo '" + to_line(hello) + R"('; while read line; do echo '{"type":"pong"}'; done)";
}

TEST_F(CoordinatorTest, RefusesAWorkerThatScoresInAnotherWay) {
  const auto text = greeter({.version = "x", .revision = kRevision, .scoring = kScoring + 1, .device = "cpu"});
  Coordinator coordinator(command(text));
  EXPECT_EQ(complaint(coordinator), "worker 1 (cpu) scores in another way than this madsearch (scoring " +
                                        std::to_string(kScoring + 1) + ", here " + std::to_string(kScoring) +
                                        "): their scores must not be mixed\nits command: " + text);
}

TEST_F(CoordinatorTest, SaysOnceThatWorkersAreOfAnotherRevision) {
  auto options = command(greeter({.version = "x", .revision = "0123abc", .device = "cpu"}));
  options.pools[0].slots = 2;
  Coordinator coordinator(options);
  listen(coordinator);
  for (const char* id : {"a", "b"}) coordinator.submit(training(id));
  for (int i = 0; i < 100 && coordinator.workers().size() < 2; ++i) coordinator.wait(0.1);
  EXPECT_EQ(coordinator.workers().size(), 2u);
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_NE(events_[0].find("was built from revision 0123abc, this madsearch from " + std::string(kRevision) +
                            "; both score in the same way"),
            std::string::npos)
      << events_[0];
}

TEST_F(CoordinatorTest, SaysOnceWhatEachOfSeveralWorkersOnAGpuMayTake) {
  const TemporaryFolder folder;
  const Hello hello{
      .version = "x", .revision = kRevision, .device = "cuda:0 NVIDIA H100", .memory_bytes = std::int64_t{26} << 30};
  auto options = command("echo $MADSEARCH_SHARERS >> " + folder.path + "/sharers; " + greeter(hello));
  options.mps = "off";
  options.pools[0].devices = {"cuda:0", "cuda:1"};
  auto& second = options.pools.emplace_back(options.pools[0]);
  second.devices = {"cuda:0"};
  second.slots = 2;
  Coordinator coordinator(options);
  listen(coordinator);
  for (const char* id : {"a", "b", "c", "d"}) coordinator.submit(training(id));
  for (int i = 0; i < 100 && coordinator.workers().size() < 4; ++i) coordinator.wait(0.1);
  EXPECT_EQ(coordinator.workers().size(), 4u);
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_[0].substr(events_[0].find(" (")),
            " (cuda:0) is one of 3 that share it: each may take 26.0 GiB of its memory");
  std::vector<int> sharers;
  std::ifstream in(folder.path + "/sharers");
  for (int each = 0; in >> each;) sharers.push_back(each);
  std::sort(sharers.begin(), sharers.end());
  EXPECT_EQ(sharers, (std::vector{1, 3, 3, 3}));
}

TEST_F(CoordinatorTest, GoesOnWithoutASlotThatDoesNotStart) {
  char folder[] = "/tmp/madsearch-coordinator-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  auto options = stub("milliseconds=30");
  options.pools[0].command =
      "mkdir " + std::string(folder) + "/taken 2>/dev/null || exit 3; " + options.pools[0].command;
  options.pools[0].slots = 2;
  {
    Coordinator coordinator(options);
    listen(coordinator);
    for (int i = 0; i < 40; ++i) coordinator.submit(training(std::to_string(i)));
    EXPECT_EQ(all(coordinator).size(), 40);
  }
  ASSERT_EQ(events_.size(), 3);
  EXPECT_NE(events_[2].find("ended: exit code 3, before it said hello; it is tried less and less often from now on"),
            std::string::npos)
      << events_[2];
  EXPECT_EQ(last_.kind, WorkerEvent::Kind::kFailedToStart);
  EXPECT_TRUE(last_.seldom);
  std::filesystem::remove_all(folder);
}

TEST_F(CoordinatorTest, ItsWorkersEndWhenItIsKilled) {
  char file[] = "/tmp/madsearch-coordinator-XXXXXX";
  close(mkstemp(file));
  const auto child = fork();
  if (child == 0) {
    auto options = stub("milliseconds=60000");
    options.pools[0].command =
        "echo $$ > " + std::string(file) + "; MADSEARCH_STUB=milliseconds=60000 exec " + in_build("tests/stub_worker");
    Coordinator coordinator(options);
    coordinator.submit(training("a"));
    while (coordinator.workers().empty()) coordinator.wait(0.05);
    kill(getpid(), SIGKILL);
  }
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(ends(number_in(file)));
  unlink(file);
}

TEST_F(CoordinatorTest, EndsTheWholeCommandWithItself) {
  char file[] = "/tmp/madsearch-coordinator-XXXXXX";
  close(mkstemp(file));
  {
    auto options = stub("milliseconds=1");
    options.pools[0].command = "sleep 1000 & echo $! > " + std::string(file) + "; " + options.pools[0].command;
    Coordinator coordinator(options);
    coordinator.submit(training("a"));
    EXPECT_EQ(all(coordinator).size(), 1);
  }
  EXPECT_TRUE(ends(number_in(file)));
  unlink(file);
}

TEST_F(CoordinatorTest, RefusesToHaveNoSlot) {
  auto options = stub();
  options.pools[0].slots = 0;
  EXPECT_THROW(Coordinator{options}, std::invalid_argument);
}

}  // namespace
}  // namespace madsearch
