#include "results/run_meta.h"

#include <gtest/gtest.h>

#include "tests/support/folders.h"

namespace madsearch {
namespace {

class RunMetaTest : public testing::Test {
 private:
  TemporaryFolder folder_;

 protected:
  Store store_{folder_.path + "/search.db", Store::Mode::kWrite};
};

RunMeta everything() {
  RunMeta out;
  out.identity = "seed: 1\nbattery: quick\n";
  out.scoring = 3;
  out.version = "0.1.0";
  out.revision = "7861cc5";
  out.writer = "12 on host";
  out.name = "quick";
  out.protocol = "madsearch";
  out.battery = "quick";
  out.battery_hash = "0123456789abcdef";
  out.objectives = {"score", "state"};
  out.objective_limits = {0, 5000};
  out.width = 128;
  out.length = 256;
  out.state_length = 4096;
  out.stages = 8;
  out.config_path = "/there/quick.yaml";
  out.evaluations = 300;
  out.closed_at = 120;
  out.closed_by = "time";
  out.finished = true;
  out.session = kInterrupted;
  out.trouble = "no worker starts";
  out.pools = "one\ntwo";
  out.spent_seconds = 12.5;
  out.signature = "c5d50c10";
  out.operators["replace"] = {7, 2};
  return out;
}

TEST_F(RunMetaTest, StoresEveryFieldUnderItsName) {
  write_meta(store_, everything());
  const std::map<std::string, std::string> expected = {{"identity", "seed: 1\nbattery: quick\n"},
                                                       {"scoring", "3"},
                                                       {"version", "0.1.0"},
                                                       {"revision", "7861cc5"},
                                                       {"writer", "12 on host"},
                                                       {"name", "quick"},
                                                       {"protocol", "madsearch"},
                                                       {"battery", "quick"},
                                                       {"battery_hash", "0123456789abcdef"},
                                                       {"objectives", "score state "},
                                                       {"objective_limits", "0 5000 "},
                                                       {"width", "128"},
                                                       {"length", "256"},
                                                       {"state_length", "4096"},
                                                       {"stages", "8"},
                                                       {"config_path", "/there/quick.yaml"},
                                                       {"evaluations", "300"},
                                                       {"closed_at", "120"},
                                                       {"closed_by", "time"},
                                                       {"finished", "yes"},
                                                       {"session", "interrupted"},
                                                       {"trouble", "no worker starts"},
                                                       {"pools", "one\ntwo"},
                                                       {"spent_seconds", "12.500000"},
                                                       {"signature", "c5d50c10"},
                                                       {"operator.replace", "7 2"}};
  EXPECT_EQ(store_.meta(), expected);
}

TEST_F(RunMetaTest, ReadsBackWhatWasWritten) {
  write_meta(store_, everything());
  const auto before = store_.meta();
  const auto meta = read_meta(store_);
  EXPECT_EQ(meta.objective_limits, (std::vector<std::int64_t>{0, 5000}));
  EXPECT_EQ(meta.closed_at, 120);
  EXPECT_EQ(meta.spent_seconds, 12.5);
  EXPECT_EQ(meta.operators.at("replace").succeeded, 2);
  auto changed = meta;
  changed.closed_at.reset();
  write_meta(store_, changed);
  EXPECT_EQ(store_.meta("closed_at"), "");
  write_meta(store_, meta);
  EXPECT_EQ(store_.meta(), before);
}

TEST_F(RunMetaTest, StoresNothingOfARunThatSaysNothing) {
  write_meta(store_, {});
  EXPECT_TRUE(store_.meta().empty());
}

TEST_F(RunMetaTest, CountsScoresWithoutAVersionAsTheFirst) {
  EXPECT_EQ(scoring_of(read_meta(store_)), 1);
  write_meta(store_, everything());
  EXPECT_EQ(scoring_of(read_meta(store_)), 3);
}

}  // namespace
}  // namespace madsearch
