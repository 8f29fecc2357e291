// What a run does with the terminal it was started from, and without it.
#include <gtest/gtest.h>

#include <csignal>

#include "program.h"

namespace madsearch {
namespace {

std::string run_command(const StubRun& run) {
  return in_build("madsearch") + " run " + run.config() + " --no-forecast --out " + run.out();
}

std::string log_of(const StubRun& run) { return read_file(run.path("run/run.log")); }

/// What the run writes to a terminal of this kind and width.
std::string on_terminal(const StubRun& run, const std::string& kind, int columns) {
  const auto command = "stty cols " + std::to_string(columns) + "; exec " + run_command(run);
  return run_program("env TERM=" + kind + " script -qec '" + command + "' /dev/null").out;
}

/// The longest stretch of letters between line ends and escapes.
std::size_t longest_line(std::string text) {
  const auto front = text.find("candidates evaluated");  // from here on it is the front
  text = text.substr(0, front == std::string::npos ? front : text.rfind('\n', front));
  std::size_t longest = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find_first_of("\r\n", begin), text.size());
    const auto escape = text.compare(begin, 3, "\x1b[K") == 0 ? 3 : 0;
    longest = std::max(longest, end - begin - escape);
    begin = end + 1;
  }
  return longest;
}

TEST(Terminal, ProgressFitsIntoItsColumns) {
  const StubRun run;
  const auto shown = on_terminal(run, "xterm", 44);
  EXPECT_NE(shown.find("\r\x1b[Ksearch "), std::string::npos) << shown;
  EXPECT_LT(longest_line(shown), 44u) << shown;
}

TEST(Terminal, ADumbOneGetsNoEscapes) {
  const StubRun run;
  const auto shown = on_terminal(run, "dumb", 80);
  EXPECT_NE(shown.find("search "), std::string::npos) << shown;
  EXPECT_EQ(shown.find('\x1b'), std::string::npos) << shown;
}

TEST(Terminal, ARunGoesOnWhenNobodyReadsItsProgress) {
  const StubRun run;
  const auto piped = run_program("sh -c '" + run_command(run) + " 2>&1 | head -1'");
  EXPECT_EQ(piped.out.rfind("search ", 0), 0u) << piped.out;
  EXPECT_NE(log_of(run).find("nobody reads the progress any more: the run goes on without it\n"), std::string::npos)
      << log_of(run);
  EXPECT_EQ(run_madsearch("check " + run.out()).code, 0);
  EXPECT_NE(log_of(run).find("search and confirmation are done"), std::string::npos) << log_of(run);
}

/// A run that has a second to be disturbed in.
void make_slow(const StubRun& run) {
  auto config = read_file(run.config());
  config.replace(config.find("milliseconds=1 "), 15, "milliseconds=10 ");
  write_file(run.config(), config);
}

TEST(Terminal, ARunEndsInOrderWhenItIsClosed) {
  const StubRun run;
  make_slow(run);
  const auto closed = run_program(run_command(run), 0.4, SIGHUP);
  EXPECT_EQ(closed.code, 130) << closed.err;
  EXPECT_NE(log_of(run).find("ends: interrupted\n"), std::string::npos) << log_of(run);
  EXPECT_EQ(run_madsearch("resume " + run.out() + " --quiet").code, 0);
}

TEST(Terminal, ARunUnderNohupGoesOnWhenItIsClosed) {
  const StubRun run;
  make_slow(run);
  const auto closed = run_program("nohup " + run_command(run), 0.4, SIGHUP);
  EXPECT_EQ(closed.code, 0) << closed.err;
}

}  // namespace
}  // namespace madsearch
