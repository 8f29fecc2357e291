#include "engine/dispatch/coordinator.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "configs/errors.h"
#include "engine/version.h"
#include "results/scoring.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

TrainRequest training(const std::string& id, const std::string& design = "attention swiglu") {
  TrainRequest request;
  request.id = id;
  request.design = design;
  request.width = 16;
  request.grid = {{1e-3, 0}, {2e-3, 0}};
  request.setting.setting = {"selective-copying", {{"vocabulary", 16}, {"length", 32}, {"copies", 4}}, "baseline"};
  request.setting.steps = 10;
  return request;
}

class CoordinatorTest : public ::testing::Test {
 protected:
  ~CoordinatorTest() override {
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a worker is left over";
    EXPECT_EQ(errno, ECHILD);
  }
  WorkerOptions stub(const std::string& behaviour = "") const {
    WorkerOptions out;
    out.command = "MADSEARCH_STUB=" + behaviour + " " + in_build("tests/stub_worker");
    return out;
  }
  WorkerOptions command(const std::string& text) const {
    WorkerOptions out;
    out.command = text;
    return out;
  }
  Attempts remembered() {
    return {[this](const std::string& id) { return ++attempts_[id]; },
            [this](const std::string& id) { --attempts_[id]; }};
  }
  void listen(Coordinator& coordinator) {
    coordinator.on_event = [this](const WorkerEvent& event) {
      events_.push_back(to_text(event));
      last_ = event;
    };
  }
  /// All answers, or what has come after 10 s.
  static std::vector<Reply> all(Coordinator& coordinator) {
    std::vector<Reply> out;
    while (coordinator.waiting() > 0) {
      auto reply = coordinator.wait(10);
      if (!reply) break;
      out.push_back(std::move(*reply));
    }
    return out;
  }
  static const TrainingRecord& record(const Reply& reply) { return std::get<TrainReply>(reply).record; }

  std::map<std::string, int> attempts_;
  std::vector<std::string> events_;
  WorkerEvent last_;
};

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

std::string complaint(Coordinator& coordinator) {
  try {
    coordinator.submit(training("a"));
    coordinator.wait(10);
    return "";
  } catch (const ConfigError& error) {
    return error.what();
  }
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
  options.slots_per_device = 4;
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

TEST_F(CoordinatorTest, TriesAgainWhenAWorkerDies) {
  Coordinator coordinator(stub("milliseconds=1,crash=2"), remembered());
  listen(coordinator);
  for (const char* id : {"a", "b", "c"}) coordinator.submit(training(id));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 3);
  for (const auto& answer : answers) EXPECT_EQ(record(answer).outcome, Outcome::kOk);
  EXPECT_EQ(events_, (std::vector<std::string>{"worker 1 (cpu) ended: signal 9 (Killed); attempt 1 of 2",
                                               "worker 1 (cpu) ended: signal 9 (Killed); attempt 1 of 2"}));
  EXPECT_EQ(last_.kind, WorkerEvent::Kind::kDied);
  EXPECT_EQ(last_.worker, 1u);
  EXPECT_EQ(last_.device, "cpu");
  EXPECT_EQ(last_.request, "c");
  EXPECT_EQ(last_.attempt, 1);
  EXPECT_EQ(last_.attempts, 2);
  EXPECT_EQ(attempts_, (std::map<std::string, int>{{"a", 1}, {"b", 2}, {"c", 2}}));
}

TEST_F(CoordinatorTest, GivesUpARequestThatKillsItsWorkers) {
  for (const bool persisted : {true, false}) {
    Coordinator coordinator(stub("milliseconds=1,poison=mamba"), persisted ? remembered() : Attempts{});
    coordinator.submit(training("bad", "mamba swiglu"));
    coordinator.submit(training("good"));
    std::map<std::string, TrainingRecord> found;
    for (const auto& answer : all(coordinator)) found[record(answer).id] = record(answer);
    EXPECT_EQ(found["bad"].outcome, Outcome::kLost);
    EXPECT_EQ(found["bad"].message, "its worker died 2 times; the last one ended: signal 9 (Killed)");
    EXPECT_EQ(found["bad"].task, "selective-copying");
    EXPECT_EQ(found["good"].outcome, Outcome::kOk);
  }
}

TEST_F(CoordinatorTest, DoesNotLaunchWhatHasKilledWorkersOfAnEarlierProcess) {
  attempts_["a"] = 2;
  Coordinator coordinator(stub("milliseconds=1"), remembered());
  coordinator.submit(training("a"));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(record(answers[0]).outcome, Outcome::kLost);
  EXPECT_EQ(record(answers[0]).message, "its worker died 2 times");
  EXPECT_EQ(attempts_["a"], 2);
}

TEST_F(CoordinatorTest, ForgetsWhatIsUnderWayAtItsEnd) {
  {
    Coordinator coordinator(stub("milliseconds=60000"), remembered());
    coordinator.submit(training("a"));
    coordinator.submit(training("b"));
    for (int i = 0; i < 100 && attempts_["a"] == 0; ++i) coordinator.wait(0.1);
    EXPECT_EQ(attempts_["a"], 1);
  }
  EXPECT_EQ(attempts_, (std::map<std::string, int>{{"a", 0}}));
}

TEST_F(CoordinatorTest, ReplacesAWorkerThatHangs) {
  auto options = stub("milliseconds=1,hang=2");
  options.silence_seconds = 0.4;
  Coordinator coordinator(options);
  listen(coordinator);
  coordinator.submit(training("a"));
  coordinator.submit(training("b"));
  EXPECT_EQ(all(coordinator).size(), 2);
  EXPECT_EQ(events_, std::vector<std::string>{"worker 1 (cpu) was silent for 0.4 s; attempt 1 of 2"});
  EXPECT_EQ(last_.kind, WorkerEvent::Kind::kSilent);
}

TEST_F(CoordinatorTest, LeavesAWorkerThatIsBusyForLongerThanTheSilenceAllowed) {
  auto options = stub("milliseconds=1000");
  options.silence_seconds = 0.4;
  Coordinator coordinator(options);
  listen(coordinator);
  coordinator.submit(training("a"));
  EXPECT_EQ(all(coordinator).size(), 1);
  EXPECT_EQ(events_.size(), 0);
}

TEST_F(CoordinatorTest, DoesNotTakeItsOwnPauseForTheWorkersSilence) {
  auto options = stub("milliseconds=1");
  options.silence_seconds = 0.3;
  Coordinator coordinator(options);
  listen(coordinator);
  coordinator.submit(training("a"));
  EXPECT_EQ(all(coordinator).size(), 1);
  coordinator.wait(0.1);
  usleep(600'000);
  coordinator.wait(0.1);
  EXPECT_EQ(events_.size(), 0);
}

TEST_F(CoordinatorTest, EndsATrainingThatForgetsItsLimit) {
  auto options = stub("milliseconds=60000");
  options.silence_seconds = 0.3;
  options.attempts = 1;
  Coordinator coordinator(options);
  auto request = training("a");
  request.seconds_limit = 0.2;
  coordinator.submit(request);
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(record(answers[0]).outcome, Outcome::kLost);
  EXPECT_EQ(record(answers[0]).message, "its worker died 1 times; the last one was not done long after its time limit");
}

TEST_F(CoordinatorTest, ALimitEndsWithItsRequest) {
  auto options = stub("milliseconds=600");
  options.silence_seconds = 0.3;
  options.attempts = 1;
  Coordinator coordinator(options);
  listen(coordinator);
  auto request = training("a");
  request.seconds_limit = 0.1;
  coordinator.submit(request);
  coordinator.submit(training("b"));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 2);
  EXPECT_EQ(record(answers[0]).outcome, Outcome::kLost);
  EXPECT_EQ(record(answers[1]).outcome, Outcome::kOk);
  EXPECT_EQ(events_.size(), 1);
  EXPECT_EQ(last_.kind, WorkerEvent::Kind::kOverdue);
  EXPECT_EQ(last_.request, "a");
}

TEST_F(CoordinatorTest, KnowsHowItsSlotsWereUsed) {
  auto options = stub("milliseconds=200");
  options.slots_per_device = 2;
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

TEST_F(CoordinatorTest, ReplacesAWorkerThatSaysWhatIsNoMessage) {
  Coordinator coordinator(stub("milliseconds=1,garbage=2"));
  listen(coordinator);
  coordinator.submit(training("a"));
  coordinator.submit(training("b"));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 2);
  EXPECT_EQ(record(answers[1]).outcome, Outcome::kOk);
  EXPECT_EQ(
      events_,
      std::vector<std::string>{
          "worker 1 (cpu) said what is no message (not a message: Segmentation fault, they said); attempt 1 of 2"});
  EXPECT_EQ(last_.kind, WorkerEvent::Kind::kGarbage);
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

TEST_F(CoordinatorTest, AnErrorOfTheWorkerIsAFailureOfTheRequest) {
  Coordinator coordinator(stub("milliseconds=1"));
  auto request = training("a");
  request.setting.setting.task = "dancing";
  coordinator.submit(request);
  auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(record(answers[0]).outcome, Outcome::kFailed);
  EXPECT_EQ(record(answers[0]).message, "unknown task \"dancing\"");

  coordinator.submit(BenchRequest{.id = "b", .designs = {"mamba"}});
  answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(reply_as<BenchReply>(answers[0]).rows.at(0).design, "mamba");

  coordinator.submit(ExamineRequest{.id = "e: 1", .primitive = "mamba"});
  answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(id_of(answers[0]), "e: 1");
  EXPECT_EQ(std::get<ErrorReply>(answers[0]).error,
            "a stub worker answers train, pretrain, bench and ping; it computes nothing that could be examined");
}

TEST_F(CoordinatorTest, PretrainsWithTheSameWorkers) {
  Coordinator coordinator(stub("milliseconds=1"));
  PretrainRequest request;
  request.id = "p";
  request.design = "mamba swiglu";
  request.flops = 1e12;
  request.parameters = 1000;
  request.learning_rates = {1e-3};
  coordinator.submit(request);
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
  options.start_seconds = 0.1;
  Coordinator coordinator(options);
  EXPECT_EQ(complaint(coordinator),
            "worker 1 (cpu) was silent for 0.1 s, before it said hello; 3 starts have failed\nits command: sleep 100");
}

TEST_F(CoordinatorTest, RefusesAWorkerOfAnotherVersion) {
  const std::string text = R"(echo '{"type":"hello","messages":7}'; cat)";
  Coordinator coordinator(command(text));
  EXPECT_EQ(complaint(coordinator), "worker 1 (cpu) speaks messages of version 7, this madsearch " +
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
  options.slots_per_device = 2;
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

TEST_F(CoordinatorTest, GoesOnWithoutASlotThatDoesNotStart) {
  char folder[] = "/tmp/madsearch-coordinator-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  auto options = stub("milliseconds=30");
  options.command = "mkdir " + std::string(folder) + "/taken 2>/dev/null || exit 3; " + options.command;
  options.slots_per_device = 2;
  {
    Coordinator coordinator(options);
    listen(coordinator);
    for (int i = 0; i < 40; ++i) coordinator.submit(training(std::to_string(i)));
    EXPECT_EQ(all(coordinator).size(), 40);
  }
  ASSERT_EQ(events_.size(), 3);
  EXPECT_NE(events_[2].find("ended: exit code 3, before it said hello; given up"), std::string::npos) << events_[2];
  EXPECT_EQ(last_.kind, WorkerEvent::Kind::kFailedToStart);
  EXPECT_TRUE(last_.given_up);
  std::filesystem::remove_all(folder);
}

TEST_F(CoordinatorTest, ItsWorkersEndWhenItIsKilled) {
  char file[] = "/tmp/madsearch-coordinator-XXXXXX";
  close(mkstemp(file));
  const auto child = fork();
  if (child == 0) {
    auto options = stub("milliseconds=60000");
    options.command =
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
    options.command = "sleep 1000 & echo $! > " + std::string(file) + "; " + options.command;
    Coordinator coordinator(options);
    coordinator.submit(training("a"));
    EXPECT_EQ(all(coordinator).size(), 1);
  }
  EXPECT_TRUE(ends(number_in(file)));
  unlink(file);
}

TEST_F(CoordinatorTest, RefusesToHaveNoSlot) {
  auto options = stub();
  options.slots_per_device = 0;
  EXPECT_THROW(Coordinator{options}, std::invalid_argument);
}

}  // namespace
}  // namespace madsearch
