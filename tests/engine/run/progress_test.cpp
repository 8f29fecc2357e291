#include "engine/run/progress.h"

#include <gtest/gtest.h>

#include <sstream>

#include "engine/run/run_progress.h"

namespace madsearch {
namespace {

int wide() { return 200; }

TEST(Progress, ShowsRungsFrontAndTimeLeft) {
  const Status status{.probes = 30,
                      .batteries = 12,
                      .confirms = 3,
                      .evaluations = 45,
                      .planned = 90,
                      .front = 5,
                      .failed = 1,
                      .hypervolume = 0.4213,
                      .per_hour = 120,
                      .seconds_left = 1350,
                      .phase = "confirm"};
  EXPECT_EQ(to_text(status, 200),
            "confirm 45/90  probe 30  battery 12  confirm 3  failed 1  front 5  hypervolume 0.421  120/h  22 min left");
}

TEST(Progress, LeavesOutWhatDoesNotFit) {
  const Status status{.probes = 300,
                      .batteries = 120,
                      .confirms = 32,
                      .evaluations = 450,
                      .planned = 900,
                      .front = 25,
                      .failed = 10,
                      .hypervolume = 0.4213,
                      .per_hour = 1200,
                      .seconds_left = 1350,
                      .phase = "confirm"};
  EXPECT_EQ(to_text(status, 80), "confirm 450/900  confirm 32  failed 10  front 25  hypervolume 0.421  22 min left");
  EXPECT_EQ(to_text(status, 40), "confirm 450/900  failed 10  22 min left");
  EXPECT_EQ(to_text(status, 15), "confirm 450/900");
  EXPECT_EQ(to_text(status, 9), "confirm 4");
  EXPECT_EQ(to_text(status, 0), "c");
}

TEST(Progress, DrawsABarThatFills) {
  Status status{.evaluations = 0, .planned = 40, .phase = "search"};
  EXPECT_EQ(to_text(status, 24, true), "search 0/40  front 0");
  EXPECT_EQ(to_text(status, 80, true), "search 0/40  [............]  battery 0  front 0  hypervolume 0.000");
  status.evaluations = 39;
  EXPECT_EQ(to_text(status, 80, true), "search 39/40  [###########.]  battery 0  front 0  hypervolume 0.000");
  status.evaluations = 40;
  EXPECT_EQ(to_text(status, 80, true), "search 40/40  [############]  battery 0  front 0  hypervolume 0.000");
  status.evaluations = 41;  // one more than planned, as designs tried again are
  EXPECT_EQ(to_text(status, 80, true), "search 41/40  [############]  battery 0  front 0  hypervolume 0.000");
  status.planned = 0;
  EXPECT_EQ(to_text(status, 80, true), "search 41/0  [############]  battery 0  front 0  hypervolume 0.000");
}

TEST(Progress, AsksForTheWidthBeforeEachLine) {
  std::ostringstream out;
  int columns = 80;
  {
    ProgressLine line(out, [&] { return columns; });
    line.show({.evaluations = 1, .planned = 2}, true);
    columns = 25;
    line.show({.evaluations = 1, .planned = 2}, true);
  }
  EXPECT_EQ(out.str(),
            "\r\x1b[Ksearch 1/2  [######......]  battery 0  front 0  hypervolume 0.000\r\x1b[Ksearch 1/2  front 0\n");
}

TEST(Progress, SaysSentencesWithoutTheirControlCharacters) {
  std::ostringstream out;
  ProgressLine(out, {}).say("worker 1: \x1b[2Jcleared\nworker 2: fine");
  EXPECT_EQ(out.str(), "worker 1: \\x1b[2Jcleared worker 2: fine\n");
}

TEST(Progress, WritesPlainLinesWhereThereIsNoTerminal) {
  std::ostringstream out;
  {
    ProgressLine line(out, {}, 0);
    line.show({.evaluations = 1, .planned = 2}, true);
    line.say("a worker ended");
  }
  EXPECT_EQ(out.str(), "search 1/2  battery 0  front 0  hypervolume 0.000\na worker ended\n");
}

TEST(Progress, RewritesItsLineOnATerminal) {
  std::ostringstream out;
  {
    ProgressLine line(out, wide);
    line.show({.evaluations = 1, .planned = 2}, true);
  }
  EXPECT_EQ(out.str(), "\r\x1b[Ksearch 1/2  [######......]  battery 0  front 0  hypervolume 0.000\n");
}

TEST(RunProgress, CountsWhatIsFinishedByRung) {
  std::ostringstream out;
  RunProgress progress(&out, wide);
  progress.plan("search", 4);
  progress.evaluated({.rung = Rung::kProbe, .finished = true}, true);
  progress.evaluated({.rung = Rung::kBattery, .finished = true, .outcome = Outcome::kDiverged}, true);
  progress.evaluated({.rung = Rung::kConfirm, .finished = true}, true);
  progress.front(2, 0.25);
  progress.show(RunClock(0, "", 0), true);
  EXPECT_EQ(out.str(),
            "\r\x1b[Ksearch 3/4  [#########...]  probe 1  battery 1  confirm 1  failed 1  front 2  hypervolume 0.250")
      << "nothing of it is of this session, so its speed is not known";
}

TEST(RunProgress, TellsSpeedAndTimeLeftFromThisSession) {
  std::ostringstream out;
  RunProgress progress(&out, wide);
  progress.plan("search", 100);
  progress.evaluated({.rung = Rung::kBattery, .finished = true}, false);
  RunClock clock(0, "", 0);
  clock.tick(true);
  progress.show(clock, true);
  EXPECT_NE(out.str().find("/h"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find(" left"), std::string::npos) << out.str();
}

TEST(RunProgress, TellsOnceThatNobodyReadsIt) {
  std::ostringstream out;
  RunProgress progress(&out, {});
  int told = 0;
  progress.on_unread = [&] { ++told; };
  progress.say("read");
  EXPECT_EQ(told, 0);
  out.setstate(std::ios::badbit);
  progress.say("not read");
  progress.say("nor this");
  progress.show(RunClock(0, "", 0), true);
  EXPECT_EQ(told, 1);
}

TEST(RunProgress, CountsPretrainingsOnTheirOwn) {
  std::ostringstream out;
  RunProgress progress(&out, wide);
  progress.plan("search", 100);
  progress.evaluated({.rung = Rung::kBattery, .finished = true}, true);
  progress.plan("pretrain", 3);
  progress.pretrained();
  progress.show(RunClock(0, "", 0), true);
  EXPECT_EQ(out.str(), "\r\x1b[Kpretrain 1/3  [####........]  battery 1  pretrained 1  front 0  hypervolume 0.000");
}

}  // namespace
}  // namespace madsearch
