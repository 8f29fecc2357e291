// `madsearch bench battery --against published`.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "program.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

std::string group(const std::string& name, const std::string& half, const std::string& trust) {
  return R"({"group": ")" + name + R"(", "paper": "arXiv:)" + name + R"(", "half": ")" + half + R"(", "trust": ")" +
         trust + R"(", "unit": "perplexity", "clear": 0.5})" + "\n";
}

std::string design(const std::string& group, const std::string& genome, double value) {
  return R"({"group": ")" + group + R"(", "name": "one", "genome": ")" + genome + R"(", "value": )" +
         std::to_string(value) + R"(, "recall": null})" + "\n";
}

/// Three papers and a folder for trainings.
class SmallPublished {
 public:
  SmallPublished() {
    write_file(folder_.path + "/groups.jsonl",
               group("old", "choosing", "A") + group("new", "judging", "B") + group("far", "judging", "C"));
    write_file(folder_.path + "/designs.jsonl",
               design("old", "[attention swiglu]x2", 10) + design("old", "[retnet swiglu]x2", 12) +
                   design("old", "[gla swiglu]x2", 12.2) + design("new", "[attention swiglu]x2", 20) +
                   design("new", "[retnet swiglu]x2", 22) + design("new", "[mamba]x4", 23) +
                   design("new", "mamba swiglu attention{window=16} swiglu", 18) + design("far", "[hyena mlp]x2", 30) +
                   design("far", "[linear_attention mlp]x2", 40));
    write_file(folder_.path + "/verdicts.jsonl",
               R"({"verdict": "agreed", "claim": "c", "better": "[attention swiglu]x2", "worse": "[hyena mlp]x2", )"
               R"("papers": ["another"]})"
               "\n");
  }
  Ran run(const std::string& more) const {
    return run_madsearch("bench battery tiny --against published --published " + folder_.path + " --log " + log() +
                         " --worker 'madsearch stub-worker' --seeds 2 " + more);
  }
  std::string log() const { return folder_.path + "/log"; }
  std::string folder() const { return folder_.path; }

 private:
  TemporaryFolder folder_;
};

TEST(Published, PrintsTheNullPredictorsWhereNothingIsTrained) {
  const SmallPublished published;
  const auto ran = published.run("--stored");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "98 trainings of battery tiny are not in " + published.log() + "\n");
  EXPECT_EQ(ran.out, std::string(R"(battery tiny against published results, both halves: 7 contrasts of trust A and B
nothing is scored: null predictors alone
  papers alike          right  95 % bootstrap
  state                  64 %  0.27..1.00
  parameters             18 %  0.00..0.36
  kinds of mixers        64 %  0.50..0.77
  lookup table           82 %  0.64..1.00
  a primitive left out   62 %  0.58..0.67
  contrasts alike       right  95 % bootstrap
  state                  43 %  0.27..1.00
  parameters             29 %  0.00..0.36
  kinds of mixers        71 %  0.50..0.77
  lookup table           71 %  0.64..1.00
  a primitive left out   60 %  0.58..0.67
)") + "right: contrasts (two designs that a paper has clearly apart) that are ordered rightly, of one "
      "seed set's scores; a tie is half; every paper weighs the same, or every contrast does; "
      "bootstrapped over papers;\n"
      "state and parameters: at width 16, state after 23 tokens, more is better; kinds of mixers: "
      "more is better; lookup table: shares of primitives, windows and convolutions, fitted to "
      "contrasts of trust A and B of the other papers; a primitive left out: also without every "
      "contrast with a mixer in which the two designs differ, each in turn\n"
      R"(
  contrasts                   trust       papers  state  parameters  kinds of mixers  lookup table  a primitive left out
  all                         A and B  7       2   64 %        18 %             64 %          82 %                  62 %
  alike in convolution        A and B  3       2   67 %         0 %             67 %         100 %                  71 %
  state within a factor of 2  A and B  2       1    0 %        50 %             75 %          50 %                  50 %
  pure against pure           A and B  4       2   60 %         0 %             50 %          80 %                  61 %
  hybrid against a parent     A and B  2       1    0 %        50 %            100 %          50 %                  50 %
  what several labs agree on           1       1  100 %         0 %             50 %         100 %                 100 %
  all                         C and D  1       1  100 %       100 %             50 %         100 %                 100 %
  paper arXiv:new             A and B  6       1   27 %        36 %             77 %          64 %                  58 %
  paper arXiv:old             A and B  2       1  100 %         0 %             50 %         100 %                  67 %
  group old                   A and B  2       1  100 %         0 %             50 %         100 %                  67 %
  group new                   A and B  6       1   27 %        36 %             77 %          64 %                  58 %
  paper arXiv:far             C and D  1       1  100 %       100 %             50 %         100 %                 100 %
  group far                   C and D  1       1  100 %       100 %             50 %         100 %                 100 %
)");
}

TEST(Published, TrainsWhatTheLogLacksAndComparesOnTheSameContrasts) {
  const SmallPublished published;
  const auto first = published.run("--format json");
  ASSERT_EQ(first.code, 0) << first.err;
  const auto out = Json::parse(first.out);
  EXPECT_EQ(out.at("against"), "published");
  EXPECT_EQ(out.at("half"), "all");
  EXPECT_EQ(out.at("contrasts"), 7);
  EXPECT_EQ(out.at("not_scored"), 0);
  const auto& shares = out.at("shares");
  EXPECT_EQ(shares.at(0).at("predictor"), "battery");
  EXPECT_EQ(shares.at(0).at("contrasts"), 7);
  EXPECT_TRUE(shares.at(0).at("battery_better_by").is_null());
  EXPECT_EQ(shares.at(5).at("predictor"), "lookup table");
  EXPECT_NEAR(shares.at(5).at("battery_better_by").get<double>(),
              shares.at(0).at("right").get<double>() - shares.at(5).at("right").get<double>(), 1e-12);
  const auto again = published.run("--format json --stored");
  EXPECT_EQ(again.out, first.out);
  EXPECT_EQ(again.err, "");
  const auto judged = published.run("--format csv --stored --half judging");
  EXPECT_EQ(judged.out.substr(0, judged.out.find('\n')),
            "part,trust,contrasts,papers,predictor,right,low,high,battery_better_by,better_low,better_high,"
            "alike_right,alike_low,alike_high,alike_better_by,alike_better_low,alike_better_high");
  EXPECT_NE(judged.out.find("\nall,A and B,1,1,battery,"), std::string::npos)
      << "mamba and its hybrid alone: attention and RetNet are in a paper for choosing\n"
      << judged.out;
}

/// Of the designs of the headline alone: hyena and linear attention are of a paper of trust C.
TEST(Published, SaysWhatTasksTellApartAndWhatTheyCost) {
  const SmallPublished published;
  const auto ran = published.run("");
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(
      ran.out.find("\ntasks on the 5 designs of these contrasts; at ceiling, at floor: designs above 0.95, below 0.05\n"
                   "  task                     mean  deviation  at ceiling  at floor  reliability\n"),
      std::string::npos)
      << ran.out;
  EXPECT_NE(ran.out.find("\ncore seconds a design: "), std::string::npos);
  EXPECT_TRUE(ran.out.ends_with(" (Spearman of two seed sets)\n")) << ran.out;
  const auto out = Json::parse(published.run("--stored --format json").out);
  EXPECT_EQ(out.at("tasks").size(), 6);
  EXPECT_GT(out.at("worst_core_seconds"), 0);
  EXPECT_GE(out.at("worst_core_seconds"), out.at("median_core_seconds"));
  EXPECT_GE(out.at("reliability"), -1);
}

TEST(Published, OrdersByTheMeanOfSeveralSeedSetsToo) {
  const SmallPublished published;
  const auto out = Json::parse(published.run("--format json --designs").out);
  std::map<std::string, double> scores;
  for (const auto& design : out.at("designs")) scores[design.at("hash")] = design.at("score");
  double right = 0;
  for (const auto& contrast : out.at("contrast_list"))
    right += scores.at(contrast.at("better")) > scores.at(contrast.at("worse")) ? 1 : 0;
  const auto& by_mean = out.at("shares").at(1);
  EXPECT_EQ(by_mean.at("predictor"), "mean of its scores");
  EXPECT_NEAR(by_mean.at("alike_right").get<double>(), right / 7, 1e-12);
}

TEST(Published, SaysWhatIsWrongInItsFiles) {
  const SmallPublished published;
  write_file(published.folder() + "/groups.jsonl", group("old", "choosing", "A") + group("old", "choosing", "A"));
  const auto ran = published.run("--stored");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, published.folder() + "/groups.jsonl:2: this group stands twice\n");
}

}  // namespace
}  // namespace madsearch
