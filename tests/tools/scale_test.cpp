// `madsearch scale`, with stub workers whose loss has its optimum at 20 tokens a parameter: N* = (C/120)^0.5.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "program.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

/// A setup and a folder for pretrainings.
class SmallScale {
 public:
  SmallScale() {
    std::filesystem::create_directory(folder_.path + "/text");
    write_file(folder_.path + "/text/a.txt", "hello");
    write_file(folder_.path + "/mine.yaml",
               "data: text\nflops: 1.0e+9\nparameters: 20000\nlength: 64\nblocks: 4\nbase_width: 32\n");
  }
  /// `stub`: options of the stub workers.
  std::string command(const std::string& more, const std::string& stub = "milliseconds=1") const {
    return "scale --setup " + folder_.path + "/mine.yaml --log " + log() + " --worker 'MADSEARCH_STUB=" + stub +
           " madsearch stub-worker' --devices cpu --slots 1 " + more;
  }
  Ran run(const std::string& more) const { return run_madsearch(command(more)); }
  std::string log() const { return folder_.path + "/log"; }
  /// Lines of the log.
  std::ptrdiff_t stored() const {
    const auto text = read_file(log() + "/mine.jsonl");
    return std::count(text.begin(), text.end(), '\n');
  }

 private:
  TemporaryFolder folder_;
};

bool holds(const Json& found, const std::string& name, double truth) {
  return found.at(name + "_low") <= truth && truth <= found.at(name + "_high");
}

TEST(Scale, FindsOptimaExponentsAndWhatTrainingLongerCosts) {
  const SmallScale study;
  const auto ran = study.run("transformer++ --budgets 1e11,1e12,1e13 --seeds 2 --format json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto out = Json::parse(ran.out);
  EXPECT_EQ(out.at("missing"), 0);
  const auto& design = out.at("designs").at(0);
  ASSERT_EQ(design.at("budgets").size(), 3u);
  for (const auto& budget : design.at("budgets")) {
    const double best = std::sqrt(budget.at("flops").get<double>() / 120);
    EXPECT_TRUE(holds(budget, "parameters", best)) << budget;
    EXPECT_NEAR(budget.at("parameters").get<double>() / best, 1, 0.15);
    EXPECT_NEAR(budget.at("tokens_a_parameter").get<double>(), 20, 6);
    EXPECT_EQ(budget.at("sizes"), 5);
  }
  EXPECT_TRUE(holds(design.at("parameters"), "exponent", 0.5)) << design.at("parameters");
  EXPECT_TRUE(holds(design.at("tokens"), "exponent", 0.5)) << design.at("tokens");
  EXPECT_GT(design.at("deviation"), 0.001);
  EXPECT_LT(design.at("deviation"), 0.006) << "stubs scatter by 0.003";
  ASSERT_EQ(design.at("over_trained").size(), 6u) << "4 and 16 times, of each budget";
  for (const auto& model : design.at("over_trained")) {
    EXPECT_NEAR(model.at("times").get<double>() / model.at("asked").get<double>(), 1, 0.3) << model;
    EXPECT_NEAR(model.at("behind_optimum").get<double>(),
                0.02 * std::pow(std::log(model.at("times").get<double>()) / 2, 2), 0.015)
        << model;
  }
  EXPECT_EQ(study.stored(), 2 * (15 + 6));
}

TEST(Scale, WarnsOfExponentsFromLittle) {
  const SmallScale study;
  const auto ran = study.run("transformer++ --budgets 1e11,1e12 --over 1");
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("\n  warning: 2 points over 1.0 decades; of fewer than three, or less than two decades, an "
                         "exponent says little\n"),
            std::string::npos)
      << ran.out;
  EXPECT_EQ(ran.out.find("trained longer"), std::string::npos) << ran.out;
  const auto narrow = study.run("transformer++ --budgets 1e11 --tokens-a-parameter 100,400");
  EXPECT_NE(narrow.out.find("  the loss is least above the largest size\n"), std::string::npos) << narrow.out;
  EXPECT_NE(narrow.out.find("\n  no power law: fewer than two budgets have an optimum\n"), std::string::npos);
}

TEST(Scale, TrainsNothingTwiceAndGoesOnAfterAKill) {
  const SmallScale study;
  const std::string what = "transformer++ gla --budgets 1e11,1e12";
  EXPECT_EQ(study.run(what + " --stored").err, "");
  const auto killed = run_madsearch(study.command(what, "milliseconds=50"), 0.6);
  EXPECT_NE(killed.code, 0);
  const auto before = study.stored();
  EXPECT_GT(before, 0);
  EXPECT_LT(before, 28);
  const auto all = study.run(what);
  ASSERT_EQ(all.code, 0) << all.err;
  EXPECT_EQ(study.stored(), 28);
  const auto again = study.run(what + " --stored");
  EXPECT_EQ(again.out, all.out);
  EXPECT_EQ(again.err, "");
  EXPECT_FALSE(std::filesystem::exists(study.log() + "/checkpoints"));
}

TEST(Scale, RefusesWhatIsAskedForTwice) {
  const SmallScale study;
  const auto designs = study.run("transformer++ transformer++ --budgets 1e11");
  EXPECT_EQ(designs.code, 2);
  EXPECT_EQ(designs.err, "\"transformer++\" is asked for twice\n");
  const auto budgets = study.run("transformer++ --budgets 1e11,1e12,1e11");
  EXPECT_EQ(budgets.code, 2);
  EXPECT_EQ(budgets.err, "--budgets has one twice\n");
  const auto ratios = study.run("transformer++ --budgets 1e11 --tokens-a-parameter 40,4");
  EXPECT_EQ(ratios.code, 2);
  EXPECT_EQ(ratios.err, "--tokens-a-parameter takes two numbers, the smaller one first\n");
}

}  // namespace
}  // namespace madsearch
