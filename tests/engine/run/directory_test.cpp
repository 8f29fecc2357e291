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

  Store open(bool accept = false) { return open_run(run_, config_, accept, &notes_); }

  /// Why the folder is refused, without its name in front.
  std::string refusal(bool accept = false) {
    try {
      open(accept);
    } catch (const ConfigError& error) {
      return std::string(error.what()).substr(run_.size());
    }
    return "opened";
  }

  /// Opens it and stores a result, without which a folder is begun anew.
  void run_a_little() { open().put(TrainingRecord{.id = "h/battery/0/compression/0"}, 0); }

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
  const std::string file_ = folder_.path + "/some.yaml";
  const std::string run_ = folder_.path + "/run";
  RunConfig config_;
  std::vector<std::string> notes_;  // of the last open()
};

TEST_F(DirectoryTest, OpensTheSameSearchAgain) {
  const auto before = open().meta();
  EXPECT_EQ(open().meta(), before);
  EXPECT_TRUE(notes_.empty());
}

TEST_F(DirectoryTest, GoesOnWithARunOfAnotherVersionAndCommit) {
  run_a_little();
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
  run_a_little();
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
  run_a_little();
  change([](RunMeta& meta) { meta.scoring.reset(); });
  EXPECT_EQ(refusal() == "opened", kScoring == 1);
}

TEST_F(DirectoryTest, RefusesAnotherSearchAndSaysWhatDiffers) {
  run_a_little();
  config_.seed = 2;
  EXPECT_EQ(refusal(true),
            " holds another search; what differs:\n  seed: 1 -> 2\nchoose another --out for the new search");
}

TEST_F(DirectoryTest, RefusesARunOfOtherOperators) {
  run_a_little();
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
  run_a_little();
  change([](RunMeta& meta) {
    const auto first = meta.identity.find("operators.mutations");
    meta.identity.erase(first, meta.identity.find("search.lag") - first);
    meta.finished = true;
  });
  EXPECT_EQ(refusal(), "opened");
  EXPECT_TRUE(read_meta(Store(run_ + "/search.db", Store::Mode::kRead)).finished);
}

TEST_F(DirectoryTest, AcceptsALongerSearchThatIsAskedForAndOpensItsEndAgain) {
  run_a_little();
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

TEST_F(DirectoryTest, IsReadAgainWithoutTheFilesItWasMadeFrom) {
  open();
  std::filesystem::remove(file_);
  EXPECT_EQ(stored_run(store_in(run_), run_, "/nowhere").identity(), config_.identity());
  EXPECT_EQ(stored_run(store_in(run_), run_, "/nowhere").inputs, config_.inputs);
}

TEST_F(DirectoryTest, BeginsAnewWhatHoldsNoResults) {
  open();
  config_.seed = 2;
  EXPECT_EQ(refusal(), "opened");
  EXPECT_EQ(notes_, (std::vector<std::string>{
                        "the folder held no results; it is begun anew with what was changed:\n  seed: 1 -> 2"}));
}

TEST_F(DirectoryTest, WhatHoldsNothingIsExplainedToWhoGoesOn) {
  std::filesystem::create_directory(run_);
  std::ofstream(run_ + "/search.db").close();
  const auto why = [&] {
    try {
      store_in(run_);
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string("read");
  };
  const auto expected = run_ + " holds no results yet; `madsearch run CONFIG --out " + run_ + "` begins it anew";
  EXPECT_EQ(why(), expected);
  { const Store schema_alone(run_ + "/search.db", Store::Mode::kWrite); }
  EXPECT_EQ(why(), expected);
  EXPECT_EQ(refusal(), "opened");
}

TEST_F(DirectoryTest, FillsInWhatAnEarlierReleaseDidNotNote) {
  run_a_little();
  change([](RunMeta& meta) {
    const auto first = meta.identity.find("pretrain.max_epochs");
    meta.identity.erase(first, meta.identity.find("\n", first) + 1 - first);
  });
  EXPECT_EQ(refusal(), "opened");
  EXPECT_EQ(notes_, (std::vector<std::string>{
                        "an earlier release of madsearch made this run and did not note these settings; they hold "
                        "from now on: pretrain.max_epochs: 4"}));
  EXPECT_EQ(read_meta(open()).identity, config_.identity());
}

TEST_F(DirectoryTest, ASearchBecomesNoShorterThanItIs) {
  run_a_little();
  open().put(EvaluationRecord{.number = 41});
  config_.search.evaluations = 42;
  EXPECT_EQ(refusal(true), "opened");
  config_.search.evaluations = 41;
  EXPECT_EQ(refusal(true),
            " holds another search; what differs:\n  search.evaluations: 42 -> 41\n42 evaluations of the search are "
            "stored; it can't become shorter than that");
}

TEST_F(DirectoryTest, PretrainingsOfTwoPlansAreNotMixed) {
  run_a_little();
  config_.pretrain.flops = 1e12;
  EXPECT_EQ(refusal(true), "opened");
  open().put(PretrainingRecord{.hash = "h", .role = "front", .outcome = Outcome::kFailed});
  config_.pretrain.flops = 2e12;
  EXPECT_EQ(refusal(true), "opened") << "a failure is tried again";
  open().put(PretrainingRecord{.hash = "h", .role = "front"});
  config_.pretrain.flops = 4e12;
  EXPECT_EQ(refusal(true),
            " holds another search; what differs:\n  pretrain.flops: 2000000000000 -> 4000000000000\n1 pretraining is "
            "stored, with which new ones would not compare; choose another --out for the new search");
}

TEST_F(DirectoryTest, PutsCheckpointsOfAFormerPlanAside) {
  const std::filesystem::path run = run_;
  run_a_little();
  for (const auto* weights : {"first", "second"}) {
    std::ofstream(run / "checkpoints/h.pt") << weights;
    config_.pretrain.flops += 1e12;
    open(true);
    EXPECT_TRUE(std::filesystem::is_empty(run / "checkpoints"));
    std::string kept;
    std::ifstream(run / "checkpoints.former/h.pt") >> kept;
    EXPECT_EQ(kept, weights);
  }
  EXPECT_EQ(notes_, (std::vector<std::string>{
                        "goes on with what was changed:\n  pretrain.flops: 1000000000000 -> 2000000000000",
                        "checkpoints of the former pretrainings are in checkpoints.former"}));
  std::ofstream(run / "checkpoints/h.pt") << "third";
  open();
  EXPECT_TRUE(std::filesystem::exists(run / "checkpoints/h.pt")) << "of the same plan";
}

TEST_F(DirectoryTest, ALongerSearchForgetsTheConfirmationsAfterTheShorter) {
  run_a_little();
  const auto end = config_.search.evaluations;
  open().put(EvaluationRecord{.number = end - 1});
  open().put(EvaluationRecord{.number = end, .rung = Rung::kConfirm});
  open().put(EvaluationRecord{.number = end + 1, .rung = Rung::kCounterfactual});
  open().put(CandidateRecord{.hash = "searched", .text = "a", .born = end - 1});
  open().put(CandidateRecord{.hash = "counterfactual", .text = "b", .born = end + 1});
  config_.search.evaluations += 10;
  const auto longer = open(true);
  const auto left = longer.evaluations();
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].number, end - 1);
  EXPECT_TRUE(longer.candidate("searched"));
  EXPECT_FALSE(longer.candidate("counterfactual"));
}

TEST_F(DirectoryTest, TakesTheLeftoverOfARunThatWasKilledAtOnce) {
  std::filesystem::create_directory(run_);
  std::ofstream(run_ + "/search.lock") << "12";
  EXPECT_EQ(refusal(), "opened");
}

TEST_F(DirectoryTest, LeavesForeignFilesAlone) {
  std::filesystem::create_directory(run_);
  std::ofstream(run_ + "/thesis.tex") << "x";
  EXPECT_EQ(refusal(), " holds files that are no search of madsearch; choose another --out");
}

}  // namespace
}  // namespace madsearch
