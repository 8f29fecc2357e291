// What a run does with the terminal it was started from, and without it.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <sstream>

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
std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  std::size_t letters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' || text[i] == '\n') letters = 0;
    if (text.compare(i, 3, "\x1b[K") == 0) i += 3;
    if (i < text.size() && text[i] != '\r' && text[i] != '\n' && (text[i] & 0xc0) != 0x80) ++letters;
    longest = std::max(longest, letters);
  }
  return longest;
}

TEST(Terminal, ProgressFitsIntoItsColumns) {
  const StubRun run;
  const auto shown = on_terminal(run, "xterm", 44);
  EXPECT_NE(shown.find("\r\x1b[Ksearch "), std::string::npos) << shown;
  EXPECT_LE(longest_line(shown), 44u) << shown;
}

TEST(Terminal, ForecastsAndErrorsFitIntoItsColumns) {
  const StubRun run;
  const auto on_columns = [](int columns, const std::string& arguments) {
    const auto command = "stty cols " + std::to_string(columns) + "; exec " + in_build("madsearch") + " " + arguments;
    return run_program("env TERM=xterm script -qec '" + command + "' /dev/null").out;
  };
  const auto forecast = on_columns(60, "run " + run.config() + " --dry-run");
  EXPECT_NE(forecast.find("forecast: "), std::string::npos) << forecast;
  EXPECT_LE(longest_line(forecast), 60u) << forecast;
  const auto refused = on_columns(60, "front " + run.out());
  EXPECT_NE(refused.find("is no run"), std::string::npos) << refused;
  EXPECT_LE(longest_line(refused), 60u) << refused;
  const StubRun wrong(
      "primitives: [attention, manba]  # a line that is longer than the terminal is wide, to its end\n");
  const auto place = on_columns(60, "run " + wrong.config());
  EXPECT_NE(
      place.find("  6 | primitives: [attention, manba]  # a line that is longer than the terminal is wide, to its"),
      std::string::npos)
      << place;
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

/// What madsearch prints on a terminal of this width.
std::string on_terminal(const std::string& arguments, int columns) {
  const auto command = "stty cols " + std::to_string(columns) + "; exec " + in_build("madsearch") + " " + arguments;
  return run_program("env TERM=xterm script -qec '" + command + "' /dev/null").out;
}

TEST(Terminal, FrontsListsAndHelpFitIntoItsColumns) {
  const StubRun run;
  ASSERT_EQ(run.run().code, 0);
  for (const auto& arguments :
       {"front " + run.out(), std::string("list primitives"), std::string("list tasks"), std::string("score --help")})
    for (const int columns : {80, 45}) {
      const auto shown = on_terminal(arguments, columns);
      EXPECT_LE(longest_line(shown), static_cast<std::size_t>(columns)) << shown;
      EXPECT_GT(longest_line(shown), 40u) << shown;
    }
  const auto piped = run_madsearch("front " + run.out()).out;
  EXPECT_NE(piped.find("bits/byte  origin"), std::string::npos) << "not broken where no terminal is:\n" << piped;
}

/// What a terminal shows before a front's heading.
std::string picture_of(const std::string& arguments, int columns, const std::string& kind = "xterm") {
  const TemporaryFolder folder;
  std::filesystem::copy(in_source("tests/data/runs/quick"), folder.path);
  const auto command = "stty cols " + std::to_string(columns) + "; exec " + in_build("madsearch") + " front ";
  auto shown =
      run_program("env TERM=" + kind + " script -qec '" + command + folder.path + arguments + "' /dev/null").out;
  shown.erase(shown.find("quick: front of"));
  shown.erase(std::remove(shown.begin(), shown.end(), '\r'), shown.end());
  return shown;
}

TEST(Terminal, FrontsAreDrawnWhereThereIsRoom) {
  EXPECT_EQ(picture_of("", 60), R"(score against state at 4096 tokens (log): * front, o hand
design, dots all others
0.81 |                                                 *
     |                                                 o
     |                                                     ⠐
     |    ** ⢀* ⠠⠈  ⠠⠁ ⡀                                   ⠐
     |           ⠈o    ⠂
     |⡀             ⡀
     |*
     |                                       ⠐
     |                                                     ⠐
     |      ⡀       ⠄
     |                 o                                   o
0.22 |            ⢀                                    ⡀   ⠈
      192                                            524 864

)");
  EXPECT_LE(longest_line(picture_of("", 80)), 80u);
  EXPECT_EQ(picture_of("", 59), "");
  EXPECT_EQ(picture_of(" --no-plot", 80), "");
  EXPECT_EQ(picture_of("", 80, "dumb"), "");
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

TEST(Terminal, AResumedRunShowsWhatItsStoreHolds) {
  const StubRun run;
  make_slow(run);
  ASSERT_EQ(run_program(run_command(run), 0.6, SIGTERM).code, 130);
  const auto resumed = run_madsearch("resume " + run.out());
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  std::istringstream words(resumed.err);
  std::string phase;
  std::int64_t finished = 0;
  words >> phase >> finished;
  EXPECT_EQ(phase, "search");
  EXPECT_GT(finished, 0) << resumed.err;
}

TEST(Terminal, ARunUnderNohupGoesOnWhenItIsClosed) {
  const StubRun run;
  make_slow(run);
  const auto closed = run_program("nohup " + run_command(run), 0.4, SIGHUP);
  EXPECT_EQ(closed.code, 0) << closed.err;
}

}  // namespace
}  // namespace madsearch
