// Workers, slots and machines that fail: a search goes on without them or says why it can't, and no design is blamed.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

/// A search of 64 evaluations on two slots, with workers that behave so.
void write_config(const std::filesystem::path& file, const std::string& behaviour) {
  write_file(file, R"(
seed: 5
battery: quick
probe: probe
stages: 4
seeds: [transformer++, mamba-swiglu]
search: {evaluations: 64, population: 8}
devices: cpu
slots_per_device: 2
worker: "MADSEARCH_STUB=milliseconds=1)" +
                       behaviour + " madsearch stub-worker\"\n");
}

Json front_of(const std::filesystem::path& folder) {
  const auto ran = run_madsearch("front " + folder.string() + " --format json");
  EXPECT_EQ(ran.code, 0) << ran.err;
  return Json::parse(ran.out, nullptr, false);
}

/// What the log of a search that ended says of its decisions.
std::string signature_of(const std::filesystem::path& folder) {
  const auto log = read_file(folder / "run.log");
  const auto at = log.rfind("signature ");
  return at == std::string::npos ? "none" : log.substr(at, 18);
}

class Machinery : public ::testing::Test {
 protected:
  Machinery() : folder_(temporary_.path) {
    write_config(folder_ / "sound.yaml", "");
    EXPECT_EQ(run("sound", "whole").code, 0);
  }

  Ran run(const std::string& config, const std::string& out) const {
    return run_madsearch("run " + (folder_ / (config + ".yaml")).string() + " --out " + (folder_ / out).string() +
                         " --quiet");
  }

  void expect_as_if_undisturbed(const std::string& out) const {
    const auto front = front_of(folder_ / out);
    const auto wanted = front_of(folder_ / "whole");
    for (const auto* key : {"evaluated", "completed", "front", "hand_designs"})
      EXPECT_EQ(front[key], wanted[key]) << key;
    EXPECT_EQ(signature_of(folder_ / out), signature_of(folder_ / "whole"));
    EXPECT_NE(signature_of(folder_ / "whole"), "none");
    const auto checked = run_madsearch("check " + (folder_ / out).string());
    EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  }

  const TemporaryFolder temporary_;
  const std::filesystem::path folder_;
};

TEST_F(Machinery, ASlotThatAnswersErrorsCostsNoEvaluation) {
  write_config(folder_ / "broken.yaml", ",slot=2,error=1");
  const auto ran = run("broken", "broken");
  EXPECT_EQ(ran.code, 0) << ran.err;
  expect_as_if_undisturbed("broken");
}

TEST_F(Machinery, WhereAllFailTheRunEndsWithTheReasonAndGoesOnOnceTheyWork) {
  write_config(folder_ / "broken.yaml", ",error=1");
  const auto ran = run("broken", "run");
  EXPECT_EQ(ran.code, 1);
  const auto out = (folder_ / "run").string();
  const std::string end =
      "\neverything finished is saved, and nothing of what failed with the workers; `madsearch resume " + out +
      "` goes on once they work\n";
  EXPECT_NE(ran.err.find("madsearch: 8 attempts in a row have failed, and so has the check of the workers: it is the "
                         "machinery that fails, not the designs\n  worker 1 (cpu) answered with an error: CUDA error: "
                         "an illegal memory access was encountered"),
            std::string::npos)
      << ran.err;
  EXPECT_TRUE(ran.err.ends_with(end)) << ran.err;
  const auto front = front_of(folder_ / "run");
  EXPECT_EQ(front["evaluated"], 0);
  const std::string trouble = front["trouble"];
  EXPECT_TRUE(trouble.starts_with("8 attempts in a row have failed, ")) << trouble;
  const std::string said = "he last session could not go on: 8 attempts in a row have failed, ";
  for (const auto* command : {"front ", "report --format md "})
    EXPECT_NE(run_madsearch(command + out).out.find(said), std::string::npos) << command;
  const auto again = run_madsearch("resume " + out + " --quiet --config " + (folder_ / "sound.yaml").string());
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(front_of(folder_ / "run")["trouble"], "");
  expect_as_if_undisturbed("run");
}

TEST_F(Machinery, AWorkerMayStartAsSlowlyAsTheConfigurationSays) {
  write_config(folder_ / "slow.yaml", ",start=1200");
  const auto patient = read_file(folder_ / "slow.yaml");
  write_file(folder_ / "slow.yaml", patient + "start_seconds: 1\n");
  const auto ran = run("slow", "run");
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("; 3 starts have failed"), std::string::npos) << ran.err;
  write_file(folder_ / "slow.yaml", patient + "start_seconds: 60\n");
  EXPECT_EQ(run("slow", "run").code, 0);
  expect_as_if_undisturbed("run");
}

TEST_F(Machinery, AProgramInAFolderWithAColonFindsItsWorkers) {
  const auto strange = folder_ / "a:b";
  std::filesystem::create_directory(strange);
  std::filesystem::copy_file(in_build("madsearch"), strange / "madsearch");
  const auto ran =
      run_program("env MADSEARCH_CONFIGS=" + in_source("configs") + " '" + (strange / "madsearch").string() + "' run " +
                  (folder_ / "sound.yaml").string() + " --quiet --out '" + (strange / "run").string() + "'");
  EXPECT_EQ(ran.code, 0) << ran.err;
  expect_as_if_undisturbed("a:b/run");
}

}  // namespace
}  // namespace madsearch
