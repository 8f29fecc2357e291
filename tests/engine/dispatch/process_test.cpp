#include "engine/dispatch/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

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

}  // namespace
}  // namespace madsearch
