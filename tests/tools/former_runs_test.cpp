// Folders that an earlier release made (tests/data/runs) can be shown and checked.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// The front of a run, without what an undisturbed run would not have in common with it: how long pretrainings took.
Json front_of(const fs::path& folder) {
  const auto ran = run_madsearch("front " + folder.string() + " --format json");
  EXPECT_EQ(ran.code, 0) << ran.err;
  auto out = Json::parse(ran.out, nullptr, false);
  for (auto& pretraining : out["pretrained"])
    for (const auto* differs : {"core_seconds", "started", "seconds", "slot", "device", "host", "revision"})
      pretraining.erase(differs);
  return out;
}

class FormerRun : public testing::TestWithParam<const char*> {
 protected:
  FormerRun() { fs::copy(in_source("tests/data/runs"), folder_.path, fs::copy_options::recursive); }
  fs::path path() const { return folder_.path + "/" + GetParam(); }

  void expect_whole() const {
    const auto ran = run_madsearch("check " + path().string());
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  }

 private:
  TemporaryFolder folder_;
};

TEST_P(FormerRun, IsShownAndCheckedAsItIs) {
  const auto front = front_of(path());
  EXPECT_FALSE(front["front"].empty());
  expect_whole();
}

/// It knew no other length than the battery's.
TEST_P(FormerRun, CountsStateAtTheLengthOfItsBattery) {
  const auto front = front_of(path());
  EXPECT_EQ(front["state_length"], front["length"]);
  for (const auto* list : {"front", "hand_designs"})
    for (const auto& design : front[list]) EXPECT_EQ(design["state"], design["state_exact"]);
  const auto shown = run_madsearch("front " + path().string()).out;
  EXPECT_NE(shown.find("front of score against state at 32 tokens"), std::string::npos) << shown;
}

/// Its scores are of another version.
TEST_P(FormerRun, IsNotGoneOnWithAndSaysWhy) {
  const auto wanted = front_of(path());
  const auto ran = run_madsearch("resume " + path().string() + " --quiet");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, path().string() +
                         " was made by madsearch 0.1.0, whose scores are of version 1, this is 0.1.0 with version 3; "
                         "its scores can't be mixed with new ones\n");
  EXPECT_EQ(front_of(path()), wanted);
  expect_whole();
}

TEST(FormerRuns, ThatAreFinishedNeedNoData) {
  const TemporaryFolder folder;
  const auto run = folder.path + "/finished";
  fs::copy(in_source("tests/data/runs/finished"), run, fs::copy_options::recursive);
  for (const std::string command : {"check", "front"}) {
    const auto ran =
        run_program("sh -c 'cd " + folder.path + " && exec " + in_build("madsearch") + " " + command + " finished'");
    EXPECT_EQ(ran.code, 0) << command << ": " << ran.out << ran.err;
  }
}

INSTANTIATE_TEST_SUITE_P(Of1fd6771, FormerRun, testing::Values("finished", "interrupted", "pretraining"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace madsearch
