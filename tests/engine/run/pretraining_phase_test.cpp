// A run's last phase: what ends it, and what is then left for the next session.
#include "engine/run/pretraining_phase.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "configs/errors.h"
#include "engine/run/config_reader.h"
#include "engine/run/data_check.h"
#include "engine/run/run.h"
#include "results/run_meta.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

/// A run whose search is done and whose two pretrainings have failed, so that they are tried again.
class PretrainingPhase : public testing::Test {
 protected:
  PretrainingPhase() {
    fs::create_directory(data_);
    std::ofstream(data_ / "speech.txt") << "Four score and seven years ago";
    std::ofstream(file_) << R"(
battery: quick
stages: 4
seeds: [transformer++]
search: {evaluations: 1, population: 4}
pretrain: {members: 1, controls: [transformer++, gla], data: data, flops: 1.0e+9, parameters: 5000}
hours: 1
devices: cpu
slots_per_device: 1
)";
    config_ = read_run(file_, in_source("configs"));
    EXPECT_EQ(run("unread=1"), Ended::kFinished);
  }

  /// A session with stub workers of these options; what it says is in said_.
  Ended run(const std::string& stub) {
    config_.workers.pools[0].command = "MADSEARCH_STUB=milliseconds=1," + stub + " " + in_build("tests/stub_worker");
    std::ostringstream progress;
    const auto ended = run_search(config_, {.folder = folder(), .progress = &progress});
    said_ = progress.str();
    return ended;
  }

  std::vector<Outcome> outcomes() const {
    std::vector<Outcome> out;
    for (const auto& record : Store(folder() / "search.db", Store::Mode::kRead).pretrainings())
      out.push_back(record.outcome);
    return out;
  }

  /// As if so many seconds of the run's hours were left.
  void leave(double seconds) const {
    Store store(folder() / "search.db", Store::Mode::kWrite);
    auto meta = read_meta(store);
    meta.spent_seconds = config_.hours * 3600 - seconds;
    write_meta(store, meta);
  }

  /// Why it goes on no further.
  std::string refusal() {
    try {
      run("looks=1");
    } catch (const OtherData& error) {
      return error.what();
    }
    return "pretrained";
  }

  fs::path folder() const { return fs::path(temporary_.path) / "run"; }

 private:
  TemporaryFolder temporary_;
  const fs::path file_ = fs::path(temporary_.path) / "some.yaml";

 protected:
  const fs::path data_ = fs::path(temporary_.path) / "data";
  RunConfig config_;
  std::string said_;
};

const std::vector<Outcome> kBothFailed = {Outcome::kFailed, Outcome::kFailed};
const std::vector<Outcome> kBothDone = {Outcome::kOk, Outcome::kOk};

TEST_F(PretrainingPhase, EndsWithTheHoursAndIsGoneOnWith) {
  leave(0.2);
  std::ofstream(folder() / "checkpoints/begun.pt") << "weights";
  EXPECT_EQ(run("stuck=swiglu"), Ended::kTimeUp);
  EXPECT_NE(said_.find("\nthe time is over, and 2 pretrainings are left; their checkpoints are kept\n"),
            std::string::npos)
      << said_;
  EXPECT_TRUE(fs::exists(folder() / "checkpoints/begun.pt"));
  EXPECT_EQ(outcomes(), kBothFailed);
  config_.hours = 2;
  EXPECT_EQ(run("looks=1"), Ended::kFinished);
  EXPECT_EQ(outcomes(), kBothDone);
}

TEST_F(PretrainingPhase, CountsOnlyWhatIsLeft) {
  leave(0.7);  // more than a worker's start and one answer can count
  EXPECT_EQ(run("stuck=gla"), Ended::kTimeUp);
  EXPECT_NE(said_.find("\nthe time is over, and 1 pretraining is left; their checkpoints are kept\n"),
            std::string::npos)
      << said_;
}

TEST_F(PretrainingPhase, IsShownToWhoScrapes) {
  config_.workers.pools[0].command = in_build("tests/stub_worker");
  const RunOptions options{.folder = folder()};
  Session session(config_, options);
  pretrain_chosen(session);
  const auto shown = session.metrics.text();
  EXPECT_NE(shown.find("\nmadsearch_queue 2\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("\nmadsearch_pretrainings_total{outcome=\"failed\"} 2\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("\nmadsearch_pretrainings_total{outcome=\"ok\"} 2\n"), std::string::npos) << shown;
}

TEST_F(PretrainingPhase, RefusesTextThatHasChanged) {
  std::ofstream(data_ / "speech.txt", std::ios::app) << " our fathers";
  const auto hint = "; what is finished is saved, and `madsearch resume " + folder().string() +
                    " --config FILE` goes on with the data where FILE says that it is now";
  EXPECT_EQ(refusal(), "the data in " + data_.string() +
                           " is not what it was when the run was begun (speech.txt has changed), so pretrainings on it "
                           "would not compare with others" +
                           hint);
  fs::remove_all(data_);
  EXPECT_EQ(refusal(), "there is no data at " + data_.string() + hint);
  EXPECT_EQ(outcomes(), kBothFailed);
  fs::create_directory(data_);
  std::ofstream(data_ / "README.md") << "was put in meanwhile, and is not read";
  std::ofstream(data_ / "speech.txt") << "Four score and seven years ago";
  EXPECT_EQ(run("looks=1"), Ended::kFinished);
  EXPECT_EQ(outcomes(), kBothDone);
}

}  // namespace
}  // namespace madsearch
