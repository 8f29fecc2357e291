#include "engine/run/progress.h"

#include <gtest/gtest.h>

#include <sstream>

#include "engine/run/run_progress.h"

namespace madsearch {
namespace {

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
  EXPECT_EQ(to_text(status),
            "confirm 45/90  probe 30  battery 12  confirm 3  failed 1  front 5  hypervolume 0.421  120/h  22 min left");
}

TEST(Progress, WritesPlainLinesWhereThereIsNoTerminal) {
  std::ostringstream out;
  {
    ProgressLine line(out, false, 0);
    line.show({.evaluations = 1, .planned = 2}, true);
    line.say("a worker ended");
  }
  EXPECT_EQ(out.str(), "search 1/2  battery 0  front 0  hypervolume 0.000\na worker ended\n");
}

TEST(Progress, RewritesItsLineOnATerminal) {
  std::ostringstream out;
  {
    ProgressLine line(out, true);
    line.show({.evaluations = 1, .planned = 2}, true);
  }
  EXPECT_EQ(out.str(), "\r\x1b[Ksearch 1/2  battery 0  front 0  hypervolume 0.000\n");
}

TEST(RunProgress, CountsWhatIsFinishedByRung) {
  std::ostringstream out;
  RunProgress progress(&out, true);
  progress.plan("search", 4);
  progress.evaluated({.rung = Rung::kProbe, .finished = true}, true);
  progress.evaluated({.rung = Rung::kBattery, .finished = true, .outcome = Outcome::kDiverged}, true);
  progress.evaluated({.rung = Rung::kConfirm, .finished = true}, true);
  progress.front(2, 0.25);
  progress.show(RunClock(0, "", 0), true);
  EXPECT_EQ(out.str(), "\r\x1b[Kconfirm 3/4  probe 1  battery 1  confirm 1  failed 1  front 2  hypervolume 0.250")
      << "nothing of it is of this session, so its speed is not known";
}

TEST(RunProgress, TellsSpeedAndTimeLeftFromThisSession) {
  std::ostringstream out;
  RunProgress progress(&out, true);
  progress.plan("search", 100);
  progress.evaluated({.rung = Rung::kBattery, .finished = true}, false);
  progress.show(RunClock(0, "", 0), true);
  EXPECT_NE(out.str().find("/h"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find(" left"), std::string::npos) << out.str();
}

TEST(RunProgress, CountsPretrainingsOnTheirOwn) {
  std::ostringstream out;
  RunProgress progress(&out, true);
  progress.plan("search", 100);
  progress.evaluated({.rung = Rung::kBattery, .finished = true}, true);
  progress.plan("pretrain", 3);
  progress.pretrained();
  progress.show(RunClock(0, "", 0), true);
  EXPECT_EQ(out.str(), "\r\x1b[Kpretrain 1/3  battery 1  pretrained 1  front 0  hypervolume 0.000");
}

}  // namespace
}  // namespace madsearch
