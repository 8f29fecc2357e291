#include "engine/stub/stub_worker.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <chrono>
#include <map>
#include <sstream>
#include <thread>

#include "configs/errors.h"
#include "engine/dispatch/messages.h"
#include "mad_tasks/table.h"

namespace madsearch {
namespace {

TrainRequest training(const std::string& design, const Task& task, TaskValues values, std::uint64_t seed) {
  TrainRequest request;
  request.id = "x";
  request.design = design;
  request.seed = seed;
  request.grid = {{1e-3, 0}};
  request.setting.setting = {task.name, std::move(values), "baseline"};
  return request;
}

constexpr int kLines = 4;  // hello, that it begins, what memory it holds, the answer

/// Counts the lines that were said.
class Said : public std::stringbuf {
 public:
  std::atomic<int> lines = 0;
  int sync() override {
    ++lines;
    return 0;
  }
};

/// One line in; its end comes after the answer, as a worker stops at the end of its input.
class Lines : public std::stringbuf {
 public:
  Lines(const std::string& text, const Said& said) : std::stringbuf(text), said_(said) {}
  int underflow() override {
    const auto c = std::stringbuf::underflow();
    for (int i = 0; c == traits_type::eof() && said_.lines < kLines && i < 10'000; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return c;
  }

 private:
  const Said& said_;
};

/// The test accuracy that a stub answers.
double accuracy(const std::string& design, const std::string& task_name,
                const std::map<std::string, double>& changes = {}, std::uint64_t seed = 1) {
  const auto& task = *find_task(task_name);
  auto values = task.baseline;
  for (const auto& [name, value] : changes) values.set(name, value);
  Said said;
  std::ostream out(&said);
  Lines lines(to_line(training(design, task, values, seed)) + "\n", said);
  std::istream in(&lines);
  StubOptions options;
  options.milliseconds = 0;
  EXPECT_EQ(run_stub_worker(in, out, options), 0);
  std::istringstream replies(said.str());
  std::string hello;
  std::string started;
  std::string memory;
  std::string reply;
  std::getline(replies, hello);
  std::getline(replies, started);
  std::getline(replies, memory);
  std::getline(replies, reply);
  EXPECT_TRUE(std::holds_alternative<Hello>(from_line(hello).message));
  EXPECT_TRUE(std::holds_alternative<Started>(from_line(started).message));
  EXPECT_TRUE(std::holds_alternative<Memory>(from_line(memory).message));
  return reply_as<TrainReply>(std::get<Reply>(from_line(reply).message)).record.test.value();
}

TEST(StubWorker, IsRepeatableAndVariesLittleBySeed) {
  const auto once = accuracy("attention swiglu", "selective-copying");
  EXPECT_EQ(accuracy("attention swiglu", "selective-copying"), once);
  const auto other = accuracy("attention swiglu", "selective-copying", {}, 2);
  EXPECT_NE(other, once);
  EXPECT_NEAR(other, once, 0.1);
}

TEST(StubWorker, AnswersBetweenChanceAndOne) {
  for (const auto& task : tasks()) {
    const auto found = accuracy("mamba swiglu", task.name);
    EXPECT_GE(found, task.chance(task.baseline)) << task.name;
    EXPECT_LE(found, 1) << task.name;
  }
}

TEST(StubWorker, FindsAttentionGoodAtRecallAndRecurrencesAtCompression) {
  EXPECT_GT(accuracy("attention swiglu", "in-context-recall"), accuracy("mamba swiglu", "in-context-recall"));
  EXPECT_GT(accuracy("mamba swiglu", "compression"), accuracy("attention swiglu", "compression"));
}

TEST(StubWorker, FindsLongerSequencesHarder) {
  const auto length = find_task("in-context-recall")->baseline.real("length");
  EXPECT_LT(accuracy("mamba swiglu", "in-context-recall", {{"length", 8 * length}}),
            accuracy("mamba swiglu", "in-context-recall"));
}

TEST(StubOptions, AreReadFromText) {
  const auto options = stub_options("milliseconds=5,crash=17,poison=mamba");
  EXPECT_EQ(options.milliseconds, 5);
  EXPECT_EQ(options.crash, 17);
  EXPECT_EQ(options.poison, "mamba");
  EXPECT_EQ(stub_options("").milliseconds, 20);
}

TEST(StubOptions, HoldForOneSlotAloneIfOneIsNamed) {
  setenv("MADSEARCH_SLOT", "2", 1);
  EXPECT_EQ(stub_options("milliseconds=5,slot=2,error=1").error, 1);
  EXPECT_EQ(stub_options("milliseconds=5,slot=1,error=1").error, 0);
  EXPECT_EQ(stub_options("milliseconds=5,slot=1,error=1").milliseconds, 5);
  unsetenv("MADSEARCH_SLOT");
  EXPECT_EQ(stub_options("slot=1,error=1").error, 0);
}

TEST(StubOptions, SayWhatIsWrong) {
  const auto complaint = [](const std::string& text) -> std::string {
    try {
      stub_options(text);
      return "";
    } catch (const ConfigError& error) {
      return error.what();
    }
  };
  EXPECT_EQ(complaint("crush=1"), "MADSEARCH_STUB: unknown option \"crush\"\n  did you mean \"crash\"?");
  EXPECT_EQ(complaint("crash=often"), "MADSEARCH_STUB: \"crash=often\" is not crash=NUMBER");
  EXPECT_EQ(complaint("crash"), "MADSEARCH_STUB: \"crash\" is not crash=NUMBER");
}

}  // namespace
}  // namespace madsearch
