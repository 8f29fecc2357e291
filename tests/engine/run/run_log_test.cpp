#include "engine/run/run_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "engine/version.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

/// The lines of the file without the time in front: "[info] ...".
std::vector<std::string> lines(const TemporaryFolder& folder) {
  std::ifstream in(folder.path + "/run.log");
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line.substr(line.rfind("] [") + 2));
  return out;
}

TEST(RunLog, HasALineForEachEvent) {
  const TemporaryFolder folder;
  const RunConfig config;
  {
    RunLog log(folder.path);
    log.begins(config);
    log.say("worker 1 ended");
    log.training({.id = "fine"});
    log.training({.id = "hash/probe/0/compression/0", .outcome = Outcome::kLost, .message = "its worker died"});
    log.evaluation(
        {.number = 7, .hash = "hash", .rung = Rung::kBattery, .seed_set = 2, .score = 0.12345, .core_seconds = 3.21});
    log.searched(300, "c5d50c10");
    log.pretrained({.hash = "hash", .role = "front", .bits_per_byte = 2.5, .core_seconds = 61.4, .message = "note"});
    log.attempt_kept("hash", "disk full");
    log.ends(true);
    log.ends(false);
    log.slots_busy(0.987);
    log.own_use(1000, 7000, {.cpu_seconds = 1.25, .resident_mib = 20.4});
  }
  EXPECT_EQ(lines(folder), (std::vector<std::string>{
                               "[info] madsearch " + std::string(kVersion) + " begins, search " + config.hash(),
                               "[info] worker 1 ended",
                               "[warning] hash/probe/0/compression/0: lost its worker died",
                               "[info] evaluation 7: hash battery seed set 2: ok score 0.1235, 3.2 core seconds",
                               "[info] search and confirmation are done: 300 evaluations, signature c5d50c10",
                               "[info] pretrained hash (front): ok 2.5000 bits per byte, 61 core seconds note",
                               "[warning] attempt at hash not forgotten: disk full",
                               "[info] ends: interrupted",
                               "[info] ends: the time is over",
                               "[info] slots were busy for 98.7 % of the time",
                               "[info] 1000 evaluations, 7000 trainings: madsearch itself took 1.2 s of processors, "
                               "holds 20 MiB",
                           }));
}

TEST(RunLog, KeepsOneLineForTextsThatWouldForgeAnother) {
  const TemporaryFolder folder;
  const std::string forged = "gone\n[2026-01-01 00:00:00.000] [info] all is well\x1b[2J";
  {
    RunLog log(folder.path);
    log.say(forged);
    log.training({.id = "id", .outcome = Outcome::kFailed, .message = forged});
  }
  std::ifstream in(folder.path + "/run.log");
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line.substr(line.find("] [", 2) + 2));
  const std::string cleaned = "gone [2026-01-01 00:00:00.000] [info] all is well\\x1b[2J";
  EXPECT_EQ(lines, (std::vector<std::string>{"[run " + folder.path + "] [info] " + cleaned,
                                             "[run " + folder.path + "] [warning] id: failed " + cleaned}));
}

TEST(RunLog, LeavesItToTheStoreToSayThatTheDiskIsFull) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("/dev/full", folder.path + "/run.log");
  testing::internal::CaptureStderr();
  RunLog(folder.path).say("lost");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(RunLog, GoesOnWithTheFileOfAnEarlierSession) {
  const TemporaryFolder folder;
  for (const char* sentence : {"first", "second"}) RunLog(folder.path).say(sentence);
  EXPECT_EQ(lines(folder), (std::vector<std::string>{"[info] first", "[info] second"}));
}

}  // namespace
}  // namespace madsearch
