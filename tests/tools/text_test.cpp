// Searches that train every candidate on text, by real workers.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

class Text : public testing::Test {
 protected:
  Text() {
    write_file(folder_ / "speeches.yaml", "data: " + in_source("tests/data/speeches") +
                                              "\nblocks: 2\nbase_width: 32\nparameters: 9000\nlength: 64\nbatch: 8\n"
                                              "flops: 4.0e+9\nlearning_rates: [3.0e-3]\n");
  }
  void SetUp() override {
    if (!has_worker()) GTEST_SKIP() << "madsearch-worker is not built";
  }

  /// A search by the score, `bits` and state; where it is to go.
  std::string run(const std::string& bits, const std::string& name) const {
    write_file(folder_ / "search.yaml", R"(
seed: 3
battery: tiny
stages: 2
primitives: [attention, gla, swiglu]
seeds: [transformer++]
feasible_above: 0
text: {setup: speeches.yaml, times: 0.5}
objectives: [score, )" + bits + R"(, state]
search: {evaluations: 5, population: 4, lag: 2, confirm_seeds: 2, confirm_members: 1}
devices: cpu
slots_per_device: 2
)");
    return "run " + (folder_ / "search.yaml").string() + " --quiet --out " + (folder_ / name).string();
  }

  std::string front(const std::string& name, const std::string& more) const {
    const auto ran = run_madsearch("front " + (folder_ / name).string() + more);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.out;
  }

  const TemporaryFolder temporary_;
  const std::filesystem::path folder_ = temporary_.path;
};

TEST_F(Text, IsTrainedOnAndShownAndResumed) {
  const auto undisturbed = run_madsearch(run("bits_per_byte", "whole"));
  ASSERT_EQ(undisturbed.code, 0) << undisturbed.err;
  const auto killed = run_madsearch(run("bits_per_byte", "killed"), 2.5);
  const auto resumed = run_madsearch("resume " + (folder_ / "killed").string() + " --quiet");
  ASSERT_EQ(resumed.code, 0) << resumed.err << killed.err;
  const auto whole = Json::parse(front("whole", " --format json"));
  EXPECT_EQ(Json::parse(front("killed", " --format json")), whole);
  for (const auto& row : whole["front"]) {
    EXPECT_GT(row["text_bits"], 3);
    EXPECT_LT(row["text_bits"], 8);
    EXPECT_TRUE(row["text_bits_recall"].is_null()) << "speeches repeat too little within 64 bytes";
  }
  const auto text = front("whole", "");
  EXPECT_NE(text.find("search: front of score against bits_per_byte against state at 4096 tokens\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("  text bits  95 %"), std::string::npos) << text;
  EXPECT_EQ(run_madsearch("check " + (folder_ / "killed").string()).code, 0);
}

TEST_F(Text, EndsWhereWhatIsRecalledIsAnObjectiveAndNothingIs) {
  const auto ran = run_madsearch(run("bits_per_byte_recall", "run"));
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "the held-out documents of " + in_source("tests/data/speeches") +
                         " have too few targets of the recall slice (below 1,000), so bits_per_byte_recall is no "
                         "objective on them\n");
}

}  // namespace
}  // namespace madsearch
