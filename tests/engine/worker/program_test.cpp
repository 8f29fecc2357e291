// The program madsearch-worker over pipes, as the coordinator uses it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "support.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

/// The program with its stdin and stdout.
class Program {
 public:
  Program() {
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) throw std::runtime_error("no pipe");
    pid_ = fork();
    if (pid_ == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      execl(in_build("madsearch-worker").c_str(), "madsearch-worker", "--device", "cpu", nullptr);
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    to_ = in[1];
    from_ = fdopen(out[0], "r");
  }
  ~Program() {
    if (to_ >= 0) close(to_);
    fclose(from_);
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  void send_line(const std::string& text) {
    const auto line = text + "\n";
    ASSERT_EQ(write(to_, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }
  void send(const Message& message) { send_line(to_line(message)); }
  Message next_message() {
    char* line = nullptr;
    std::size_t size = 0;
    const auto n = getline(&line, &size, from_);
    const std::string text = n > 0 ? std::string(line, static_cast<std::size_t>(n - 1)) : "";
    free(line);
    return from_line(text).message;
  }
  template <class Kind>
  Kind next() {  // skips others
    for (;;)
      if (auto message = next_message(); std::holds_alternative<Kind>(message)) return std::get<Kind>(message);
  }
  TrainingRecord next_record() { return reply_as<TrainReply>(next<Reply>()).record; }
  double mib(const std::string& key) const {  // "VmRSS:"
    std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(in, line);)
      if (line.starts_with(key)) return std::stod(line.substr(key.size())) / 1024;
    return 0;
  }
  int close_and_wait() {
    close(to_);
    to_ = -1;
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = 0;
  int to_ = -1;
  FILE* from_ = nullptr;
};

TrainRequest training(std::int64_t steps) {
  auto out = testing::request("attention{heads=4} swiglu", "in-context-recall", {{"length", 16}}, steps);
  out.setting.train_examples = 64;
  return out;
}

TEST(WorkerProgram, GreetsTrainsAndAnswersPingsMeanwhile) {
  Program program;
  const auto first = program.next_message();
  ASSERT_TRUE(std::holds_alternative<Hello>(first));
  const auto& hello = std::get<Hello>(first);
  EXPECT_EQ(hello.messages, kMessagesVersion);
  EXPECT_EQ(hello.scoring, kScoring);
  EXPECT_EQ(hello.device, "cpu");
  EXPECT_GT(hello.memory_bytes, 0);
  for (const char* line : {R"({"type": "nonsense"})", R"({"type": "train", "id": "a"})"}) {
    program.send_line(line);
    const auto error = std::get<ErrorReply>(program.next<Reply>());
    EXPECT_EQ(error.id.value_or(""), std::string(line).find("\"a\"") == std::string::npos ? "" : "a");
  }
  program.send(training(10));
  const auto record = program.next_record();
  EXPECT_EQ(record.id, "test");
  EXPECT_EQ(record.outcome, Outcome::kOk);

  program.send(training(1'000'000));
  program.send(Ping{});
  program.next<Pong>();
  EXPECT_EQ(program.close_and_wait(), 0);  // in the middle of a training
}

TEST(WorkerProgram, SharesOnlyAGpu) {
  const TemporaryFolder folder;
  const auto said = folder.path + "/said";
  const auto command = in_build("madsearch-worker") + " --device cpu --sharers 2 </dev/null 2>" + said;
  const int status = std::system(command.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 2);
  std::string line;
  std::ifstream in(said);
  std::getline(in, line);
  EXPECT_EQ(line, "madsearch-worker: sharers are workers on a GPU, and this one computes on the CPU");
}

TEST(WorkerProgram, HoldsNoMoreAfterManyTrainings) {
  Program program;
  program.next<Hello>();
  std::vector<double> held;
  for (int round = 0; round < 3; ++round) {
    for (const char* mixer :
         {"attention", "gated_delta_net", "mamba", "hyena", "mlstm", "rwkv7", "ttt_linear", "mh_hyena"})
      for (const double length : {16, 24}) {
        auto request = testing::request(mixer + std::string(" swiglu"), "in-context-recall", {{"length", length}}, 6);
        request.grid = {{1e-3, 0}, {3e-3, 0}};
        program.send(request);
        ASSERT_EQ(program.next_record().outcome, Outcome::kOk);
      }
    held.push_back(program.mib("VmRSS:"));
  }
  EXPECT_GT(held[0], 0);
  EXPECT_LT(held[2], held[1] + 4);  // 16 trainings later
}

TEST(WorkerProgram, GivesBackWhatALargeTrainingTook) {
  Program program;
  program.next<Hello>();
  const auto train = [&](std::int64_t batch, double length) {
    auto request = testing::request("attention mlp", "in-context-recall", {{"length", length}}, 1);
    request.setting.batch = batch;
    request.setting.train_examples = batch;
    program.send(request);
    EXPECT_EQ(program.next_record().outcome, Outcome::kOk);
  };
  train(512, 256);
  const auto peak = program.mib("VmHWM:");
  train(8, 16);  // its answer comes after the large one's memory went back
  EXPECT_GT(peak, 256 + 256);
  EXPECT_LT(program.mib("VmRSS:"), 256 + 256);  // what is kept and the program itself
}

}  // namespace
}  // namespace madsearch
