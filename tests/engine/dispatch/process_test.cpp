#include "engine/dispatch/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "tests/support/folders.h"

namespace madsearch {
namespace {

/// The first `count` lines that the command says within 10 s, or as many as there are.
std::vector<std::string> said(const std::string& command, std::size_t count = 1) {
  Process process(command, {});
  std::vector<std::string> out;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (out.size() < count && !process.closed() && std::chrono::steady_clock::now() < deadline) {
    for (const auto& line : process.read_lines()) out.push_back(line);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return out;
}

TEST(Process, GivesItsCommandNoDescriptorBesideTheThree) {
  const TemporaryFolder folder;
  const int inherited = open((folder.path + "/run.log").c_str(), O_CREAT | O_WRONLY, 0600);  // as spdlog opens it
  ASSERT_GT(inherited, STDERR_FILENO);
  EXPECT_EQ(said("for n in /proc/self/fd/*; do [ ${n##*/} -gt 2 ] && readlink $n; done; echo end"),
            std::vector<std::string>{"end"});
  close(inherited);
}

TEST(Process, GivesItsCommandNoneOfOurIgnoredSignals) {
  const auto before = signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(said("kill -s PIPE $$; echo still here"), std::vector<std::string>{});
  signal(SIGPIPE, before);
}

TEST(Process, HandsOutALineThatHasNoEnd) {
  const auto lines = said("yes | tr -d '\\n' | head -c 9000000; sleep 100");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_GT(lines[0].size(), 8u << 20);
  EXPECT_LT(lines[0].size(), 9u << 20);
}

/// A command that has begun, as its first line tells.
std::unique_ptr<Process> begun(const std::string& command, Farewell farewell) {
  auto out = std::make_unique<Process>("echo begun; " + command, Environment{}, farewell);
  while (out->read_lines().empty() && !out->closed()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return out;
}

double seconds_to_end(const std::vector<Process*>& processes) {
  const auto start = std::chrono::steady_clock::now();
  end_together(processes);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(Process, EndsByTheEndOfItsInput) {
  const auto process = begun("cat", {.terminate = 100, .kill = 100});
  EXPECT_LT(seconds_to_end({process.get()}), 10);
  EXPECT_TRUE(process->left());
}

TEST(Process, IsAskedBeforeItIsKilled) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/asked";
  const auto process =
      begun("trap 'touch " + file + "; exit' TERM; while :; do sleep 0.01; done", {.terminate = 0.05, .kill = 100});
  EXPECT_LT(seconds_to_end({process.get()}), 10);
  EXPECT_EQ(access(file.c_str(), F_OK), 0);
}

TEST(Process, IsKilledInTheEnd) {
  const auto process = begun("trap '' TERM; while :; do sleep 0.01; done", {.terminate = 0.05, .kill = 0.05});
  EXPECT_LT(seconds_to_end({process.get()}), 10);
}

/// Out of reach as one is that sits in the kernel: stopped, in a process group that isn't its own.
TEST(Process, IsLeftAloneIfNothingEndsIt) {
  const auto process = begun("exec perl -e 'setpgrp(0, getpgrp(getppid)); kill(\"STOP\", $$)'",
                             {.terminate = 0.05, .kill = 0.05, .leave = 0.2});
  while (!process->stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_LT(seconds_to_end({process.get()}), 10);
  EXPECT_TRUE(process->is_stuck());
  kill(process->pid(), SIGKILL);
  while (!process->left()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_FALSE(process->is_stuck());
}

/// Whoever looks late, as after a suspension, kills late.
TEST(Process, HasItsTimeAfterItWasKilledWheneverThatWas) {
  const auto process = begun("trap '' TERM; exec sleep 100", {.terminate = 0.01, .kill = 0.01, .leave = 0.1});
  process->leave();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_FALSE(!process->left() && process->is_stuck());
}

TEST(Process, IsWaitedForAsLongAsAnyOfItsGroupHoldsItsOutput) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/cleaned";
  const auto process = begun("(sleep 0.2; touch " + file + ") & cat", {.terminate = 100, .kill = 100});
  EXPECT_LT(seconds_to_end({process.get()}), 10);
  EXPECT_EQ(access(file.c_str(), F_OK), 0);
}

TEST(Process, ManyEndAtOnce) {
  std::vector<std::unique_ptr<Process>> processes;
  std::vector<Process*> all;
  for (int i = 0; i < 32; ++i) {
    processes.push_back(begun("cat; sleep 0.2", {.terminate = 100, .kill = 100}));
    all.push_back(processes.back().get());
  }
  EXPECT_LT(seconds_to_end(all), 1.2);
}

}  // namespace
}  // namespace madsearch
