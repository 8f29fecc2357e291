#include "engine/run/directory.h"

#include <gtest/gtest.h>

#include <fstream>

#include "configs/errors.h"
#include "engine/run/config_reader.h"
#include "engine/version.h"
#include "results/run_meta.h"
#include "results/scoring.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

class DirectoryTest : public testing::Test {
 protected:
  DirectoryTest() {
    std::ofstream(file_) << "battery: quick\nstages: 4\ndevices: cpu\n";
    config_ = read_run(file_, in_source("configs"));
  }

  Store open(bool accept = false) { return open_run(run_, file_, config_, accept); }

  /// Why the folder is refused, without its name in front.
  std::string refusal(bool accept = false) {
    try {
      open(accept);
    } catch (const ConfigError& error) {
      return std::string(error.what()).substr(run_.size());
    }
    return "opened";
  }

  /// Changes what the folder says of its run.
  void change(const std::function<void(RunMeta&)>& body) {
    Store store(run_ + "/search.db", Store::Mode::kWrite);
    auto meta = read_meta(store);
    body(meta);
    write_meta(store, meta);
  }

 private:
  TemporaryFolder folder_;

 protected:
  const std::string file_ = folder_.path + "/some.yaml", run_ = folder_.path + "/run";
  RunConfig config_;
};

TEST_F(DirectoryTest, OpensTheSameSearchAgain) {
  const auto before = open().meta();
  EXPECT_EQ(open().meta(), before);
  EXPECT_EQ(stored_config(run_), file_);
}

TEST_F(DirectoryTest, GoesOnWithARunOfAnotherVersionAndCommit) {
  open();
  change([](RunMeta& meta) {
    meta.version = "0.0.1";
    meta.revision = "0123456";
  });
  EXPECT_EQ(refusal(), "opened");
  const auto meta = read_meta(open());
  EXPECT_EQ(meta.version, kVersion);
  EXPECT_EQ(meta.revision, kRevision);
  EXPECT_EQ(meta.scoring, kScoring);
}

TEST_F(DirectoryTest, NeverMixesScoresOfAnotherVersion) {
  open();
  change([](RunMeta& meta) {
    meta.version = "0.0.1";
    meta.scoring = kScoring + 1;
  });
  const auto now = std::to_string(kScoring);
  const auto other = std::to_string(kScoring + 1);
  EXPECT_EQ(refusal(true), " was made by madsearch 0.0.1, whose scores are of version " + other + ", this is " +
                               kVersion + " with version " + now + "; its scores can't be mixed with new ones");
}

TEST_F(DirectoryTest, TakesScoresWithoutAVersionForTheFirst) {
  open();
  change([](RunMeta& meta) { meta.scoring.reset(); });
  EXPECT_EQ(refusal() == "opened", kScoring == 1);
}

TEST_F(DirectoryTest, RefusesAnotherSearchAndSaysWhatDiffers) {
  open();
  config_.seed = 2;
  EXPECT_EQ(refusal(true),
            " holds another search; what differs:\n  seed: 1 -> 2\nchoose another --out for the new search");
}

TEST_F(DirectoryTest, RefusesARunOfOtherOperators) {
  open();
  const std::string line = "operators.crossovers: one_point, two_point\n";
  change([&](RunMeta& meta) {
    const auto place = meta.identity.find(line);
    ASSERT_NE(place, std::string::npos) << meta.identity;
    meta.identity.replace(place, line.size(), "operators.crossovers: one_point\n");
  });
  EXPECT_EQ(refusal(true),
            " holds another search; what differs:\n"
            "  operators.crossovers: one_point -> one_point, two_point\n"
            "choose another --out for the new search");
}

TEST_F(DirectoryTest, GoesOnWithARunThatListsNoOperators) {
  open();
  change([](RunMeta& meta) {
    const auto first = meta.identity.find("operators.mutations");
    meta.identity.erase(first, meta.identity.find("search.lag") - first);
    meta.finished = true;
  });
  EXPECT_EQ(refusal(), "opened");
  EXPECT_TRUE(read_meta(Store(run_ + "/search.db", Store::Mode::kRead)).finished);
}

TEST_F(DirectoryTest, AcceptsALongerSearchThatIsAskedForAndOpensItsEndAgain) {
  open();
  change([](RunMeta& meta) {
    meta.closed_at = 100;
    meta.finished = true;
  });
  config_.search.evaluations += 50;
  EXPECT_EQ(refusal(),
            " holds another search; what differs:\n  search.evaluations: 300 -> 350\n--accept goes on with "
            "the new values");
  const auto meta = read_meta(open(true));
  EXPECT_EQ(meta.evaluations, 350);
  EXPECT_FALSE(meta.closed_at);
  EXPECT_FALSE(meta.finished);
}

TEST_F(DirectoryTest, LeavesForeignFilesAlone) {
  std::filesystem::create_directory(run_);
  std::ofstream(run_ + "/thesis.tex") << "x";
  EXPECT_EQ(refusal(), " holds files that are no search of madsearch; choose another --out");
}

}  // namespace
}  // namespace madsearch
