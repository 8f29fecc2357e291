#include "engine/study/log_lines.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <thread>
#include <vector>

#include "configs/errors.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

std::map<std::string, int> lines_of(const std::string& folder) {
  std::map<std::string, int> out;
  each_log_line(folder, "line", [&](const std::string& line) { ++out[line]; });
  return out;
}

/// Two commands may keep what they train in one folder. Lines with curves are longer than what is written at once.
TEST(LogLines, OfSeveralWritersStayWhole) {
  const TemporaryFolder folder;
  constexpr int kLines = 25;
  std::vector<std::thread> writers;
  for (const char letter : {'a', 'b', 'c', 'd'})
    writers.emplace_back([&folder, letter] {
      for (int i = 0; i < kLines; ++i) append_log_line(folder.path, "log", std::string(30'000, letter));
    });
  for (auto& writer : writers) writer.join();
  const auto found = lines_of(folder.path);
  EXPECT_EQ(found.size(), 4);
  for (const auto& [line, times] : found) {
    EXPECT_EQ(line.size(), 30'000);
    EXPECT_EQ(times, kLines) << line.front();
  }
}

TEST(LogLines, FollowTheLastWholeOne) {
  const TemporaryFolder folder;
  for (const auto* before : {"", "cut sho", "whole\n", "whole\ncut sho"}) {
    std::ofstream(folder.path + "/log.jsonl") << before;
    append_log_line(folder.path, "log", "new");
    const auto found = lines_of(folder.path);
    EXPECT_EQ(found.count("new"), 1) << before;
    EXPECT_EQ(found.size(), std::string(before).starts_with("whole") ? 2 : 1) << before;
  }
}

TEST(LogLines, ThatCannotBeWrittenAreASentence) {
  try {
    append_log_line("/proc/no-such-folder", "log", "line");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "cannot write /proc/no-such-folder/log.jsonl: No such file or directory");
  }
}

}  // namespace
}  // namespace madsearch
