#include "engine/study/pretraining_log.h"

#include <gtest/gtest.h>

#include <fstream>

#include "configs/errors.h"
#include "results/fields.h"
#include "results/scoring.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

PretrainRequest request() {
  PretrainRequest out;
  out.design = "attention swiglu{inner=8/3}";
  out.vocabulary = 1024;
  out.separator = "1";
  out.flops = 5.9e13;
  out.parameters = 442'000;
  out.base_width = 128;
  out.repeat = 2;
  out.length = 512;
  out.batch = 4;
  out.learning_rates = {1e-3, 2e-3, 4e-3};
  out.seed = 7995163293172759041u;
  return out;
}

TEST(PretrainingKey, NeverChangesAndTellsSetupsApart) {
  const auto key = pretraining_key(request(), "0123");
  EXPECT_EQ(key, "8d4b0bab025229e1") << "every stored pretraining would be orphaned";
  auto elsewhere = request();
  elsewhere.id = "other";
  elsewhere.data = "/other";
  elsewhere.checkpoint = "file";
  EXPECT_EQ(pretraining_key(elsewhere, "0123"), key);
  EXPECT_NE(pretraining_key(request(), "0124"), key);
  auto tied = request();
  tied.setup.embeddings = "tied";
  EXPECT_NE(pretraining_key(tied, "0123"), key);
}

PretrainingRecord record() {
  PretrainingRecord out;
  out.hash = "abc";
  out.text = "attention swiglu";
  out.bits_per_byte = 1.5;
  out.bits_per_byte_recall = 2.5;
  out.recall_share = 0.0625;
  out.learning_rate = 2e-3;
  out.tokens = 4096;
  out.setup = "flops 1";
  out.provenance.device = "cpu";
  return out;
}

TEST(PretrainingLog, KeepsWhatItWasGiven) {
  const TemporaryFolder folder;
  PretrainingLog(folder.path).add("small", "k1", 0, record());
  const PretrainingLog log(folder.path);
  EXPECT_EQ(log.find("k2"), nullptr);
  const auto* found = log.find("k1");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->bits_per_byte, 1.5);
  EXPECT_EQ(found->bits_per_byte_recall, 2.5);
  EXPECT_EQ(found->recall_share, 0.0625);
  EXPECT_EQ(found->learning_rate, 2e-3);
  EXPECT_EQ(found->tokens, 4096);
  EXPECT_EQ(found->setup, "flops 1");
  EXPECT_EQ(found->provenance.device, "cpu");
}

TEST(PretrainingLog, DropsALineThatAKillCutShort) {
  const TemporaryFolder folder;
  PretrainingLog(folder.path).add("small", "k1", 0, record());
  std::ofstream(folder.path + "/small.jsonl", std::ios::app) << R"({"key": "k2", "seed)";
  PretrainingLog log(folder.path);
  EXPECT_EQ(log.find("k2"), nullptr);
  log.add("small", "k3", 1, record());
  const PretrainingLog again(folder.path);
  EXPECT_NE(again.find("k1"), nullptr);
  EXPECT_NE(again.find("k3"), nullptr);
}

TEST(PretrainingLog, TakesNoLineOfAnotherScoringAndNamesWhatIsNone) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/small.jsonl";
  std::ofstream(file) << R"({"key": "k1", "scoring": )" << kScoring + 1 << "}\n";
  const PretrainingLog log(folder.path);
  EXPECT_EQ(log.find("k1"), nullptr);
  EXPECT_EQ(log.scored_otherwise(), 1);
  std::ofstream(file) << "{}\n";
  try {
    PretrainingLog bad(folder.path);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(std::string(error.what()).substr(0, file.size() + 19), file + ":1: no pretraining:");
  }
}

}  // namespace
}  // namespace madsearch
