// The program madsearch-worker over pipes, as the coordinator uses it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "support.h"

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
      execl(MADSEARCH_BINARY_DIR "/madsearch-worker", "madsearch-worker", "--device", "cpu", nullptr);
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
  Message next() {
    char* line = nullptr;
    std::size_t size = 0;
    const auto n = getline(&line, &size, from_);
    const std::string text = n > 0 ? std::string(line, static_cast<std::size_t>(n - 1)) : "";
    free(line);
    return from_line(text);
  }
  Message next(Message::Type type) {                          // skips others
    for (;;)
      if (auto message = next(); message.type == type) return message;
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

Message training(std::int64_t steps) {
  Message out;
  out.type = Message::Type::kTrain;
  out.train = testing::request("attention{heads=4} swiglu", "in-context-recall", {{"length", 16}}, steps);
  out.train->setting.train_examples = 64;
  return out;
}

TEST(WorkerProgram, GreetsTrainsAndAnswersPingsMeanwhile) {
  Program program;
  const auto hello = program.next();
  ASSERT_EQ(hello.type, Message::Type::kHello);
  EXPECT_EQ(hello.hello->protocol, kProtocolVersion);
  EXPECT_EQ(hello.hello->device, "cpu");
  EXPECT_GT(hello.hello->memory_bytes, 0);
  program.send_line("{\"type\": \"nonsense\"}");
  EXPECT_EQ(program.next().type, Message::Type::kError);
  program.send(training(10));
  const auto reply = program.next(Message::Type::kTrained);
  EXPECT_EQ(reply.trained->record.id, "test");
  EXPECT_EQ(reply.trained->record.outcome, Outcome::kOk);

  program.send(training(1'000'000));
  Message ping;
  program.send(ping);
  EXPECT_EQ(program.next(Message::Type::kPong).type, Message::Type::kPong);
  EXPECT_EQ(program.close_and_wait(), 0);                     // in the middle of a training
}

}  // namespace
}  // namespace madsearch
