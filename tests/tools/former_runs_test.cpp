// Folders that an earlier release made (tests/data/runs) can be shown, checked and gone on with.
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
  fs::path undisturbed() const { return folder_.path + "/finished"; }

  void expect_whole() const {
    const auto ran = run_madsearch("check " + path().string());
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  }

 private:
  TemporaryFolder folder_;
};

TEST_P(FormerRun, IsShownAndCheckedAsItIs) {
  EXPECT_FALSE(front_of(path())["front"].empty());
  expect_whole();
}

TEST_P(FormerRun, IsGoneOnWithToTheFrontOfAnUndisturbedOne) {
  const auto wanted = front_of(undisturbed());
  const auto ran = run_madsearch("resume " + path().string() + " --quiet");
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(front_of(path()), wanted);
  expect_whole();
}

TEST(FormerRuns, ThatAreFinishedNeedNoData) {
  const TemporaryFolder folder;
  const auto run = folder.path + "/finished";
  fs::copy(in_source("tests/data/runs/finished"), run, fs::copy_options::recursive);
  for (const std::string command : {"check", "front", "resume", "check"}) {  // resume stores what it was made from
    const auto ran =
        run_program("sh -c 'cd " + folder.path + " && exec " + in_build("madsearch") + " " + command + " finished'");
    EXPECT_EQ(ran.code, 0) << command << ": " << ran.out << ran.err;
  }
}

INSTANTIATE_TEST_SUITE_P(Of1fd6771, FormerRun, testing::Values("finished", "interrupted", "pretraining"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace madsearch
