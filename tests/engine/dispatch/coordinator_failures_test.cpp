#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <regex>
#include <string>

#include "configs/errors.h"
#include "engine/dispatch/coordinator.h"
#include "engine/dispatch/machinery_error.h"
#include "engine/version.h"
#include "tests/engine/dispatch/coordinator_fixture.h"

namespace madsearch {
namespace {

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
    EXPECT_EQ(found["bad"].message, "worker 1 (cpu) ended: signal 9 (Killed), 2 times");
    EXPECT_EQ(found["bad"].task, "selective-copying");
    EXPECT_EQ(found["good"].outcome, Outcome::kOk);
  }
}

TEST_F(CoordinatorTest, TriesOnceWhatHasKilledWorkersOfAnEarlierProcess) {
  attempts_ = {{"good", 2}, {"bad", 2}};
  Coordinator coordinator(stub("milliseconds=1,poison=mamba"), remembered());
  coordinator.submit(training("good"));
  coordinator.submit(training("bad", "mamba swiglu"));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 2);
  EXPECT_EQ(record(answers[0]).outcome, Outcome::kOk);
  EXPECT_EQ(record(answers[1]).outcome, Outcome::kLost);
  EXPECT_EQ(record(answers[1]).message,
            "an earlier session's worker did not answer; worker 1 (cpu) ended: signal 9 (Killed)");
  EXPECT_EQ(attempts_["bad"], 3);
}

TEST_F(CoordinatorTest, EndsATrainingThatForgetsItsLimit) {
  auto options = stub("milliseconds=1,stuck=mamba");
  options.pools[0].silence_seconds = 0.3;
  options.attempts = 1;
  Coordinator coordinator(options);
  auto request = training("a", "mamba swiglu");
  request.seconds_limit = 0.2;
  coordinator.submit(request);
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(record(answers[0]).outcome, Outcome::kLost);
  EXPECT_EQ(record(answers[0]).message, "worker 1 (cpu) was not done long after its time limit");
}

TEST_F(CoordinatorTest, ALimitEndsWithItsRequest) {
  auto options = stub("milliseconds=500,stuck=mamba");
  options.pools[0].silence_seconds = 0.3;
  options.attempts = 1;
  Coordinator coordinator(options);
  listen(coordinator);
  auto request = training("a", "mamba swiglu");
  request.seconds_limit = 0.1;
  coordinator.submit(request);
  coordinator.submit(training("b"));
  std::map<std::string, Outcome> found;
  for (const auto& answer : all(coordinator)) found[record(answer).id] = record(answer).outcome;
  EXPECT_EQ(found, (std::map<std::string, Outcome>{{"a", Outcome::kLost}, {"b", Outcome::kOk}}));
  EXPECT_EQ(events_.size(), 1);
  EXPECT_EQ(last_.kind, WorkerEvent::Kind::kOverdue);
  EXPECT_EQ(last_.request, "a");
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

TEST_F(CoordinatorTest, AnErrorOfTheWorkerIsAFailureOfTheRequest) {
  Coordinator coordinator(stub("milliseconds=1"));
  auto request = training("a");
  request.setting.setting.task = "dancing";
  coordinator.submit(request);
  auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(record(answers[0]).outcome, Outcome::kFailed);
  EXPECT_EQ(record(answers[0]).message, "worker 1 (cpu) answered with an error: unknown task \"dancing\", 2 times");

  coordinator.submit(BenchRequest{.id = "b", .designs = {"mamba"}});
  answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(reply_as<BenchReply>(answers[0]).rows.at(0).design, "mamba");

  coordinator.submit(ExamineRequest{.id = "e: 1", .primitive = "mamba"});
  answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(id_of(answers[0]), "e: 1");
  EXPECT_EQ(std::get<ErrorReply>(answers[0]).error,
            "worker 1 (cpu) answered with an error: a stub worker answers train, pretrain, bench and ping; it computes "
            "nothing that could be examined, 2 times");
}

TEST_F(CoordinatorTest, ReplacesAWorkerThatHangs) {
  auto options = stub("milliseconds=1,hang=2");
  options.pools[0].silence_seconds = 0.4;
  Coordinator coordinator(options);
  listen(coordinator);
  coordinator.submit(training("a"));
  coordinator.submit(training("b"));
  EXPECT_EQ(all(coordinator).size(), 2);
  EXPECT_EQ(events_, std::vector<std::string>{"worker 1 (cpu) was silent for 0.4 s; attempt 1 of 2"});
  EXPECT_EQ(last_.kind, WorkerEvent::Kind::kSilent);
}

/// What the coordinator says when it ends; "" if it goes on for 10 s.
std::string end_of(Coordinator& coordinator) {
  try {
    while (coordinator.wait(10)) {
    }
    return "";
  } catch (const MachineryError& error) {
    return error.what();
  }
}

std::map<std::string, Outcome> outcomes(const std::vector<Reply>& answers) {
  std::map<std::string, Outcome> out;
  for (const auto& answer : answers) out[id_of(answer)] = std::get<TrainReply>(answer).record.outcome;
  return out;
}

/// What a slot does that is broken, and how it is called in an event.
struct Broken {
  const char* stub;
  const char* event;
};

class EveryBrokenSlot : public CoordinatorTest, public ::testing::WithParamInterface<Broken> {};

TEST_P(EveryBrokenSlot, CostsNoRequestItsResult) {
  auto options = stub(std::string("milliseconds=1,slot=2,") + GetParam().stub);
  options.pools[0].slots = 2;
  if (GetParam().stub == std::string("hang=1")) options.pools[0].silence_seconds = 0.6;
  Coordinator coordinator(options, remembered());
  listen(coordinator);
  for (int i = 0; i < 64; ++i)
    coordinator.submit(training(std::to_string(i), i % 2 ? "mamba swiglu" : "attention swiglu"));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 64);
  for (const auto& [id, outcome] : outcomes(answers)) EXPECT_EQ(outcome, Outcome::kOk) << id;
  ASSERT_FALSE(events_.empty());
  for (const auto& event : events_) EXPECT_TRUE(event.starts_with("worker 2 (cpu) ")) << event;
  EXPECT_NE(events_[0].find(GetParam().event), std::string::npos) << events_[0];
  EXPECT_LT(events_.size(), 16u) << "a slot that fails is tried less often, and not talked of each time";
}

TEST_P(EveryBrokenSlot, EndsTheWorkIfItIsTheOnlyOneAndTellsOfNoResult) {
  auto options = stub(std::string("milliseconds=1,") + GetParam().stub);
  options.pools[0].silence_seconds = 0.1;
  Coordinator coordinator(options, remembered());
  for (int i = 0; i < 64; ++i)
    coordinator.submit(training(std::to_string(i), i % 2 ? "mamba swiglu" : "attention swiglu"));
  const auto why = end_of(coordinator);
  EXPECT_TRUE(
      why.starts_with("8 attempts in a row have failed, and so has the check of the workers: it is the "
                      "machinery that fails, not the designs\n  worker 1 (cpu) "))
      << why;
  EXPECT_NE(why.find(GetParam().event), std::string::npos) << why;
  EXPECT_NE(why.find("\nits command: " + options.pools[0].command), std::string::npos) << why;
}

INSTANTIATE_TEST_SUITE_P(Coordinator, EveryBrokenSlot,
                         ::testing::Values(Broken{"error=1", "answered with an error: CUDA error: an illegal memory"},
                                           Broken{"fail=1", "answered failed: the stub was asked to fail"},
                                           Broken{"memory=1", "answered out_of_memory: CUDA out of memory"},
                                           Broken{"crash=1", "ended: signal 9 (Killed)"},
                                           Broken{"hang=1", "was silent for 0."},
                                           Broken{"garbage=1", "said what is no message (not a message: Segmentation"},
                                           Broken{"nan=1", "gave an impossible answer: its validation_b is nan"},
                                           Broken{"huge=1", "gave an impossible answer: its validation_b is 1e+308"},
                                           Broken{"escape=1", "answered failed: \\x1b[2J [info] all is well\uFFFD!!!"}),
                         [](const auto& info) {
                           const std::string stub = info.param.stub;
                           return stub.substr(0, stub.find('='));
                         });

TEST_F(CoordinatorTest, EndsAWorkerThatAnswersWhatItWasNotAsked) {
  Coordinator coordinator(stub("milliseconds=1,flood=2"));
  listen(coordinator);
  for (const char* id : {"a", "b"}) coordinator.submit(training(id));
  for (const auto& [id, outcome] : outcomes(all(coordinator))) EXPECT_EQ(outcome, Outcome::kOk) << id;
  ASSERT_EQ(events_.size(), 6);
  EXPECT_EQ(events_[0], "worker 1 (cpu) answered \"nobody's\", which it was not asked; ignored");
  EXPECT_EQ(events_[5], "worker 1 (cpu) said too much that nobody asked; attempt 1 of 2");
}

TEST_F(CoordinatorTest, TwoBrokenSlotsOfFourCostNoRequestItsResult) {
  auto options = command(
      "if [ $MADSEARCH_SLOT -gt 2 ]; then MADSEARCH_STUB=milliseconds=1,error=1; "
      "else MADSEARCH_STUB=milliseconds=5; fi; export MADSEARCH_STUB; exec " +
      in_build("tests/stub_worker"));
  options.pools[0].slots = 4;
  Coordinator coordinator(options);
  for (int i = 0; i < 100; ++i)
    coordinator.submit(training(std::to_string(i), i % 2 ? "mamba swiglu" : "attention swiglu"));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 100);
  for (const auto& [id, outcome] : outcomes(answers)) EXPECT_EQ(outcome, Outcome::kOk) << id;
}

TEST_F(CoordinatorTest, AsksAgainWhereAnotherSlotIsAndTellsWhatRepeatsThere) {
  auto options = stub("milliseconds=1,poison=mamba");
  options.pools[0].slots = 2;
  Coordinator coordinator(options);
  listen(coordinator);
  coordinator.submit(training("bad", "mamba swiglu"));
  for (int i = 0; i < 10; ++i) coordinator.submit(training(std::to_string(i)));
  auto found = outcomes(all(coordinator));
  EXPECT_EQ(found.size(), 11);
  EXPECT_EQ(found["bad"], Outcome::kLost);
  found.erase("bad");
  for (const auto& [id, outcome] : found) EXPECT_EQ(outcome, Outcome::kOk) << id;
  ASSERT_EQ(events_.size(), 2);
  EXPECT_TRUE(events_[0].ends_with(" ended: signal 9 (Killed); attempt 1 of 2")) << events_[0];
  EXPECT_TRUE(events_[1].ends_with(" ended: signal 9 (Killed); attempt 2 of 2")) << events_[1];
  EXPECT_NE(events_[0].substr(0, 8), events_[1].substr(0, 8)) << "the same slot";
}

TEST_F(CoordinatorTest, ChecksAWorkerBeforeItBlamesTheLastRequest) {
  Coordinator coordinator(stub("milliseconds=1,poison=mamba"), remembered());
  for (int i = 0; i < 12; ++i) coordinator.submit(training(std::to_string(i), "mamba swiglu"));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 12) << "one design's trainings are no reason to end";
  for (const auto& [id, outcome] : outcomes(answers)) EXPECT_EQ(outcome, Outcome::kLost) << id;
  EXPECT_EQ(attempts_["0"], 2);
}

TEST_F(CoordinatorTest, EndsOnceOnlyDifferentDesignsFail) {
  Coordinator coordinator(stub("milliseconds=1,poison=swiglu"), remembered());
  for (int i = 0; i < 20; ++i)
    coordinator.submit(training(std::to_string(i), "attention(heads=" + std::to_string(i + 1) + ") swiglu"));
  const auto why = end_of(coordinator);
  EXPECT_TRUE(
      why.starts_with("8 designs in a row have failed, though a check of the workers has not: it is the "
                      "machinery that fails, not the designs\n  worker 1 (cpu) ended: signal 9 (Killed)\n"))
      << why;
}

TEST_F(CoordinatorTest, ForgetsAttemptsThatNeverCameToAnything) {
  {
    Coordinator coordinator(stub("milliseconds=1,error=1"), remembered());
    for (int i = 0; i < 4; ++i) coordinator.submit(training(std::to_string(i)));
    EXPECT_NE(end_of(coordinator), "");
  }
  EXPECT_EQ(attempts_, (std::map<std::string, int>{}));
}

TEST_F(CoordinatorTest, TakesADivergedTrainingForWhatItIs) {
  auto reply = TrainReply{};
  reply.record.id = "a";
  reply.record.task = "selective-copying";
  reply.record.outcome = Outcome::kDiverged;
  const Hello hello{.version = "x", .revision = kRevision, .device = "cpu"};
  Coordinator coordinator(command("echo '" + to_line(hello) + "'; read ping; read request; echo '" + to_line(reply, 1) +
                                  "'; cat >/dev/null"));
  listen(coordinator);
  coordinator.submit(training("a"));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(record(answers[0]).outcome, Outcome::kDiverged);
  EXPECT_TRUE(events_.empty());
}

TEST_F(CoordinatorTest, AnErrorAtNoRequestIsARemark) {
  auto options = stub();
  const Hello hello{.version = "x", .revision = kRevision, .device = "cpu"};
  TrainReply reply;
  reply.record.id = "a";
  reply.record.task = "selective-copying";
  reply.record.outcome = Outcome::kDiverged;
  options.pools[0].command = "echo '" + to_line(hello) + "'; read ping; read request; echo '" +
                             to_line(ErrorReply{{}, "what was \x1b[5mthat?"}) + "'; echo '" + to_line(reply, 1) +
                             "'; cat >/dev/null";
  Coordinator coordinator(options);
  listen(coordinator);
  coordinator.submit(training("a"));
  EXPECT_EQ(all(coordinator).size(), 1);
  EXPECT_EQ(events_, std::vector<std::string>{"worker 1 (cpu) says: what was \\x1b[5mthat?"});
  EXPECT_EQ(last_.kind, WorkerEvent::Kind::kRemark);
}

TEST_F(CoordinatorTest, DoesNotBlameARequestForAWorkerThatWasStopped) {
  auto options = stub("milliseconds=1,stop=3");
  options.pools[0].silence_seconds = 0.2;
  options.attempts = 1;
  Coordinator coordinator(options);
  listen(coordinator);
  for (int i = 0; i < 8; ++i) coordinator.submit(training(std::to_string(i)));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 8);
  for (const auto& [id, outcome] : outcomes(answers)) EXPECT_EQ(outcome, Outcome::kOk) << id;
  ASSERT_FALSE(events_.empty());
  EXPECT_EQ(events_[0],
            "worker 1 (cpu) was silent for 0.2 s, as it was stopped by a signal; what it had to do is begun again");
}

/// Sends a signal to all processes of the group and its workers' groups after a while.
class Suspension {
 public:
  /// Stops this program and its children `after` seconds from now for `seconds`.
  Suspension(double after, double seconds) {
    const auto script = "sleep " + std::to_string(after) + "; P=" + std::to_string(getpid()) +
                        "; C=$(pgrep -P $P | grep -v $$); kill -STOP $P $C; sleep " + std::to_string(seconds) +
                        "; kill -CONT $C $P";
    pid_ = fork();
    if (pid_ == 0) execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
  }
  ~Suspension() { waitpid(pid_, nullptr, 0); }

 private:
  pid_t pid_;
};

TEST_F(CoordinatorTest, TakesASuspensionOfAllForNoSilence) {
  auto options = stub("milliseconds=700");
  options.pools[0].silence_seconds = 0.3;
  options.pause_seconds = 0.2;
  options.attempts = 1;
  Coordinator coordinator(options);
  listen(coordinator);
  coordinator.submit(training("a"));
  const Suspension suspension(0.2, 0.8);
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(record(answers[0]).outcome, Outcome::kOk);
  EXPECT_TRUE(events_.empty()) << events_[0];
}

TEST_F(CoordinatorTest, BacksOffOnceAWorkerWasThere) {
  const TemporaryFolder folder;
  auto options = stub("milliseconds=1,crash=2");  // the second request ends the first worker; the next four don't start
  options.pools[0].command = "echo x >> " + folder.path + "/starts; n=$(wc -l < " + folder.path +
                             "/starts); [ $n -gt 1 ] && [ $n -lt 6 ] && exit 3; " + options.pools[0].command;
  Coordinator coordinator(options);
  listen(coordinator);
  for (const char* id : {"a", "b"}) coordinator.submit(training(id));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 2);
  EXPECT_EQ(record(answers[1]).outcome, Outcome::kOk);
  EXPECT_EQ(events_,
            (std::vector<std::string>{
                "worker 1 (cpu) ended: signal 9 (Killed); attempt 1 of 2",
                "worker 1 (cpu) ended: exit code 3, before it said hello",
                "worker 1 (cpu) ended: exit code 3, before it said hello",
                "worker 1 (cpu) ended: exit code 3, before it said hello; it is tried less and less often from "
                "now on",
                "worker 1 (cpu) works again"}));
}

TEST_F(CoordinatorTest, EndsOnceNoWorkerStartsForLong) {
  const TemporaryFolder folder;
  auto options = stub("milliseconds=1,crash=2");
  options.unusable_seconds = 0.3;
  options.pools[0].command = "mkdir " + folder.path + "/once 2>/dev/null || exit 3; " + options.pools[0].command;
  Coordinator coordinator(options, remembered());
  for (const char* id : {"a", "b"}) coordinator.submit(training(id));
  EXPECT_EQ(end_of(coordinator),
            "no worker has started for 0.3 s; the last one: worker 1 (cpu) ended: exit code 3, before it said hello\n"
            "its command: " +
                options.pools[0].command);
}

TEST_F(CoordinatorTest, AProcessThatCannotBeMadeIsAStartThatFailed) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer opens descriptors of its own to look at an exception";
#endif
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  auto few = before;
  few.rlim_cur = 3;
  Coordinator coordinator(stub("milliseconds=1"));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  const auto why = complaint(coordinator);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(
      why.starts_with("worker 1 (cpu) cannot make a socket for a worker: Too many open files, before it said "
                      "hello; 3 starts have failed\nits command: "))
      << why;
}

/// Workers that stop themselves at their first request, out of reach of what would end them, as where a driver hangs.
class StuckWorkers : public CoordinatorTest {
 protected:
  WorkerOptions stuck() const {
    auto out = command("echo $$ >> " + folder_.path + "/pids; exec env MADSEARCH_STUB=stop=1 perl -e " +
                       "'setpgrp(0, getpgrp(getppid)); exec \"" + in_build("tests/stub_worker") + "\"'");
    out.pools[0].silence_seconds = 0.3;
    out.farewell.leave = 0.2;
    return out;
  }
  void kill_all() const {
    std::ifstream in(folder_.path + "/pids");
    for (pid_t pid = 0; in >> pid;) {
      siginfo_t end;
      kill(pid, SIGKILL);
      waitid(P_PID, static_cast<id_t>(pid), &end, WEXITED | WNOWAIT);
    }
  }

  TemporaryFolder folder_;
};

TEST_F(StuckWorkers, LeaveTheirRequestsToOthers) {
  auto options = stuck();
  options.pools.push_back(stub("milliseconds=1").pools[0]);
  Coordinator coordinator(options);
  listen(coordinator);
  coordinator.submit(training("0"));  // one request starts one worker, the first
  while (coordinator.states().busy == 0) coordinator.wait(0.05);
  for (int i = 1; i < 8; ++i) coordinator.submit(training(std::to_string(i)));
  for (const auto& answer : all(coordinator)) EXPECT_EQ(record(answer).outcome, Outcome::kOk) << record(answer).id;
  EXPECT_EQ(coordinator.waiting(), 0);
  for (int i = 0; i < 100 && events_.size() < 2; ++i) coordinator.wait(0.05);
  ASSERT_EQ(events_.size(), 2);
  EXPECT_EQ(
      std::regex_replace(events_[1], std::regex("process [0-9]+"), "process N"),
      "worker 1 (cpu) can't start again: its former process N was killed and does not end (a driver that hangs?)");
  kill_all();
}

TEST_F(StuckWorkers, EndNoSearchWhileOthersStart) {
  auto options = stuck();
  options.unusable_seconds = 0.3;
  options.pools.push_back(stub("milliseconds=1,start=2000").pools[0]);
  Coordinator coordinator(options);
  coordinator.submit(training("a"));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(record(answers[0]).outcome, Outcome::kOk);
  kill_all();
}

/// The time in which nobody could start ends with them.
TEST_F(StuckWorkers, AreForgottenOnceTheyHaveEnded) {
  auto options = stuck();
  const auto& folder = folder_.path;
  options.pools[0].command = "if test -e " + folder + "/failed; then exec env MADSEARCH_STUB=milliseconds=1 " +
                             in_build("tests/stub_worker") + "; fi; test -e " + folder + "/pids && { touch " + folder +
                             "/failed; exit 1; }; " + options.pools[0].command;
  options.unusable_seconds = 1;
  Coordinator coordinator(options);
  listen(coordinator);
  coordinator.submit(training("a"));
  while (events_.size() < 2) coordinator.wait(0.02);  // it was silent, it can't start again
  coordinator.cancel("a");
  kill_all();
  const auto later = std::chrono::steady_clock::now() + std::chrono::milliseconds(1500);
  while (std::chrono::steady_clock::now() < later) coordinator.wait(0.1);
  coordinator.submit(training("b"));
  const auto answers = all(coordinator);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(record(answers[0]).outcome, Outcome::kOk);
}

TEST_F(StuckWorkers, EndASearchOnceThereIsNobodyElse) {
  auto options = stuck();
  options.unusable_seconds = 0.5;
  Coordinator coordinator(options);
  coordinator.submit(training("a"));
  try {
    all(coordinator);
    ADD_FAILURE();
  } catch (const MachineryError& error) {
    EXPECT_NE(std::string(error.what())
                  .find("no worker has started for 0.5 s; the last one: worker 1 (cpu) can't start again"),
              std::string::npos)
        << error.what();
  }
  kill_all();
}

}  // namespace
}  // namespace madsearch
