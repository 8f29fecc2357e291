// kill -9 of the coordinator at any moment, then resume: nothing that was finished is lost or done twice, and the front
// is the same as after an undisturbed run.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include "configs/seed.h"
#include "program.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

Json front_of(const std::filesystem::path& folder) {
  const auto ran = run_madsearch("front " + folder.string() + " --format json");
  EXPECT_EQ(ran.code, 0) << ran.err;
  return Json::parse(ran.out, nullptr, false);
}

std::string run_command(const std::filesystem::path& config, const std::filesystem::path& folder) {
  return "run " + config.string() + " --out " + folder.string() + " --quiet";
}

/// Kills a run of `config` at random moments until it is through; returns how often it was killed.
int run_with_kills(const std::filesystem::path& config, const std::filesystem::path& folder, Rng& rng, double longest) {
  for (int kills = 0; kills < 30; ++kills) {
    const auto moment = 0.02 + uniform(rng) * longest;
    const bool begun = std::filesystem::exists(folder / "config.yaml");  // a busy machine may kill it before
    const auto command = begun ? "resume " + folder.string() + " --quiet" : run_command(config, folder);
    if (const auto ran = run_madsearch(command, moment); ran.code == 0) return kills;
  }
  const auto ran = run_madsearch("resume " + folder.string() + " --quiet");
  EXPECT_EQ(ran.code, 0) << ran.err;
  return 30;
}

void expect_whole(const std::filesystem::path& folder) {
  const auto ran = run_madsearch("check " + folder.string());
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
}

constexpr const char* kStub = R"(
seed: 5
battery: quick
probe: probe
stages: 4
seeds: [transformer++, mamba-swiglu]
search: {evaluations: 60, population: 8, confirm_seeds: 4, confirm_members: 3, control: random, control_share: 0.25}
worker: "MADSEARCH_STUB=milliseconds=2 madsearch stub-worker"
devices: cpu
slots_per_device: 3
)";

TEST(Kill, ResumedSearchesComeToTheFrontOfAnUndisturbedOne) {
  const TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path;
  const auto config = folder / "stub.yaml";
  write_file(config, kStub);
  const auto undisturbed = run_madsearch(run_command(config, folder / "whole"));
  ASSERT_EQ(undisturbed.code, 0) << undisturbed.err;
  const auto wanted = front_of(folder / "whole");
  ASSERT_FALSE(wanted["front"].empty());
  EXPECT_EQ(wanted["control"]["evaluations"], 14);  // a quarter of those that are no hand designs
  Rng rng{Seed{11}};
  int kills = 0;
  for (const auto* name : {"a", "b", "c"}) {
    kills += run_with_kills(config, folder / name, rng, 0.6);
    EXPECT_EQ(front_of(folder / name), wanted);
    expect_whole(folder / name);
  }
  EXPECT_GT(kills, 3);
}

TEST(Kill, ResumedSearchesThatReadTextComeToTheSameFront) {
  const TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path;
  std::filesystem::create_directory(folder / "data");
  write_file(folder / "data/speech.txt", "Four score and seven years ago");
  write_file(folder / "mine.yaml",
             "data: data\nblocks: 4\nbase_width: 32\nparameters: 5000\nlength: 64\nbatch: 4\nflops: 1.0e+9\n"
             "learning_rates: [3.0e-3]\n");
  const auto config = folder / "stub.yaml";
  auto slow = std::string(kStub);  // so that no run is through before the first moment to kill it
  slow.replace(slow.find("milliseconds=2"), 14, "milliseconds=10");
  write_file(config, slow + "text: {setup: mine.yaml}\nobjectives: [score, bits_per_byte, state]\n");
  const auto undisturbed = run_madsearch(run_command(config, folder / "whole"));
  ASSERT_EQ(undisturbed.code, 0) << undisturbed.err;
  const auto wanted = front_of(folder / "whole");
  ASSERT_GE(wanted["front"].size(), 2u);
  EXPECT_TRUE(wanted["front"][0]["text_bits_low"].is_number()) << wanted["front"][0].dump(1);
  Rng rng{Seed{12}};
  EXPECT_GT(run_with_kills(config, folder / "killed", rng, 0.6), 0);
  EXPECT_EQ(front_of(folder / "killed"), wanted);
  expect_whole(folder / "killed");
}

TEST(Kill, WorkersThatDieAloneCostNoResult) {
  const TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path;
  auto crashing = std::string(kStub);
  const auto config = folder / "crash.yaml";
  const auto whole = folder / "whole.yaml";
  write_file(whole, crashing);
  crashing += "attempts: 6\n";  // a request may meet workers that die in turn
  crashing.replace(crashing.find("milliseconds=2"), 14, "milliseconds=2,crash=23");
  write_file(config, crashing);
  ASSERT_EQ(run_madsearch(run_command(whole, folder / "whole")).code, 0);
  const auto ran = run_madsearch(run_command(config, folder / "crashing"));
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(front_of(folder / "whole")["front"], front_of(folder / "crashing")["front"]);
}

TEST(Kill, AnInterruptedRunSaysHowToGoOn) {
  const TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path;
  const auto config = folder / "stub.yaml";
  auto slow = std::string(kStub);
  slow.replace(slow.find("milliseconds=2"), 14, "milliseconds=30");
  write_file(config, slow);
  const auto out = (folder / "run").string();
  const auto ran = run_madsearch("run " + config.string() + " --no-forecast --out " + out, 1, SIGINT);
  EXPECT_EQ(ran.code, 130);
  EXPECT_NE(ran.err.find("interrupted; everything finished is saved, `madsearch resume " + out + "` goes on\n"),
            std::string::npos)
      << ran.err;
  expect_whole(folder / "run");
}

TEST(Kill, AClockEndsTheSearchAndItsFrontIsConfirmed) {
  const TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path;
  const auto config = folder / "stub.yaml";
  auto timed = std::string(kStub) + "hours: 0.002\n";  // 7.2 s, four fifths of them for the search
  timed.replace(timed.find("evaluations: 60"), 15, "evaluations: 20000");
  write_file(config, timed);
  const auto ran = run_madsearch(run_command(config, folder / "run"));
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto front = front_of(folder / "run");
  EXPECT_EQ(front["reproducible"], false);
  EXPECT_LT(front["evaluated"], 16000);
  EXPECT_TRUE(front["confirmed"]) << front.dump(1);
  expect_whole(folder / "run");
}

TEST(Kill, KillsDoNotGiveTheHoursBack) {
  const TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path;
  const auto config = folder / "stub.yaml";
  auto timed = std::string(kStub) + "hours: 0.0005\n";  // 1.8 s, more than any session lives
  timed.replace(timed.find("evaluations: 60"), 15, "evaluations: 20000");
  write_file(config, timed);
  auto ran = run_madsearch(run_command(config, folder / "run"), 1.2);
  int kills = 1;
  for (; ran.code != 0 && kills < 12; ++kills)
    ran = run_madsearch("resume " + (folder / "run").string() + " --quiet", 1.2);
  EXPECT_EQ(ran.code, 0) << ran.err;
  expect_whole(folder / "run");
}

TEST(Kill, AFolderThatVanishesEndsTheRunAtOnce) {
  const TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path;
  const auto config = folder / "stub.yaml";
  auto slow = std::string(kStub);
  slow.replace(slow.find("milliseconds=2"), 14, "milliseconds=200");
  write_file(config, slow);
  const auto out = (folder / "run").string();
  const auto ran = run_program("sh -c '(sleep 1; mv " + out + " " + out + ".moved) & exec " + in_build("madsearch") +
                               " run " + config.string() + " --quiet --out " + out + "'");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err, "madsearch: " + out +
                         "/search.db is gone or another file has its name: the folder was moved, removed or replaced "
                         "while the run wrote to it. What was stored is in the folder, wherever it is now; `madsearch "
                         "resume` on it goes on\n");
  expect_whole(out + ".moved");
}

TEST(Kill, AFullDiskIsOneSentenceAndLosesNothing) {
  const TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path;
  const auto config = folder / "stub.yaml";
  write_file(config, kStub);
  const auto out = (folder / "run").string();
  const auto limited = run_program("sh -c 'trap \"\" XFSZ; ulimit -f 400; exec " + in_build("madsearch") + " run " +
                                   config.string() + " --quiet --out " + out + "'");
  EXPECT_EQ(limited.code, 1) << limited.out;
  EXPECT_EQ(limited.err.rfind("madsearch: " + out + "/search.db: ", 0), 0u) << limited.err;
  EXPECT_EQ(std::count(limited.err.begin(), limited.err.end(), '\n'), 1) << limited.err;
  const auto resumed = run_madsearch("resume " + out + " --quiet");
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  ASSERT_EQ(run_madsearch(run_command(config, folder / "whole")).code, 0);
  EXPECT_EQ(front_of(folder / "run"), front_of(folder / "whole"));
  expect_whole(folder / "run");
}

TEST(Kill, RealTrainingIsResumedToo) {
  if (!has_worker()) GTEST_SKIP() << "madsearch-worker is not built";
  const TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path;
  const auto config = folder / "tiny.yaml";
  write_file(config, R"(
seed: 3
battery: tiny
stages: 2
primitives: [attention, gla, swiglu]
seeds: [transformer++]
feasible_above: 0
search: {evaluations: 8, population: 4, lag: 2, confirm_seeds: 2, confirm_members: 1}
devices: cpu
slots_per_device: 2
)");
  const auto undisturbed = run_madsearch(run_command(config, folder / "whole"));
  ASSERT_EQ(undisturbed.code, 0) << undisturbed.err;
  const auto killed = run_madsearch(run_command(config, folder / "killed"), 4);
  const auto ran = run_madsearch("resume " + (folder / "killed").string() + " --quiet");
  ASSERT_EQ(ran.code, 0) << ran.err << killed.err;
  EXPECT_EQ(front_of(folder / "killed"), front_of(folder / "whole"));
  expect_whole(folder / "killed");
}

}  // namespace
}  // namespace madsearch
