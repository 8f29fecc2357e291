#include "configs/shell.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace madsearch {
namespace {

/// What a shell makes of a word.
std::string read_by_shell(const std::string& word) {
  auto* pipe = popen(("printf %s " + word).c_str(), "r");
  std::string out;
  for (int letter = std::fgetc(pipe); letter != EOF; letter = std::fgetc(pipe)) out += static_cast<char>(letter);
  pclose(pipe);
  return out;
}

TEST(Shell, LeavesWhatAShellReadsAsItIs) {
  for (const std::string text : {"runs/night", "../a-b_c.1", "--seeds=3", "user@host:/runs+x"})
    EXPECT_EQ(shell_word(text), text);
}

TEST(Shell, QuotesEverythingElse) {
  EXPECT_EQ(shell_word("my runs/one"), "'my runs/one'");
  EXPECT_EQ(shell_word(""), "''");
  for (const std::string text : {"my runs/one", "it's", "''", "$HOME `id` \"x\" \\ *", "[mamba swiglu]x2", "~", "ä;#"})
    EXPECT_EQ(read_by_shell(shell_word(text)), text);
}

}  // namespace
}  // namespace madsearch
