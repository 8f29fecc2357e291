// `madsearch bench`.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

TEST(Bench, SearchMeasuresARealSearch) {
  const StubRun stub;
  const auto ran = run_madsearch("bench search --real " + stub.config() + " --evaluations 6 --format json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto json = Json::parse(ran.out);
  EXPECT_EQ(json["evaluations"], 6);
  EXPECT_EQ(json["distinct"], 6);
  EXPECT_EQ(json["failed"], 0);
  EXPECT_GT(json["evaluations_per_hour"], 0);
  EXPECT_GT(json["busy_share"], 0);
  EXPECT_LE(json["busy_share"], 1);
  EXPECT_GT(json["coordinator_share"], 0);
  EXPECT_GT(json["worker_peak_mib"], 1);
  ASSERT_EQ(json["slots"].size(), 2);
  EXPECT_EQ(json["slots"][0]["requests"].get<int>() + json["slots"][1]["requests"].get<int>(), 6 * 7)
      << "quick has seven settings";
  EXPECT_NE(run_madsearch("bench search --real " + stub.config() + " --evaluations 4")
                .out.find("4 evaluations (0 failed) of 4 distinct candidates"),
            std::string::npos);
  EXPECT_EQ(run_madsearch("bench search " + stub.config()).err, "a configuration is for `bench search --real`\n");
}

/// The first `count` designs of the shipped study.
std::string first_designs(int count) {
  const auto text = read_file(in_source("configs/studies/fidelity.yaml"));
  const std::string beginning = "\n  - origin:";
  auto end = text.find(beginning);
  for (int i = 0; i < count; ++i) end = text.find(beginning, end + 1);
  return text.substr(0, end + 1);
}

/// A small study and a folder for its trainings.
class StubStudy {
 public:
  StubStudy() { write_file(folder_.path + "/study.yaml", first_designs(20)); }
  std::string flags() const {
    return " --study " + folder_.path + "/study.yaml --log " + folder_.path +
           "/log --worker 'madsearch stub-worker' --seeds 2";
  }

 private:
  TemporaryFolder folder_;
};

TEST(Bench, ABatteryIsHeldAgainstALongerOneAndItsTrainingsAreKept) {
  const StubStudy study;
  const auto command = "bench battery tiny --against quick --designs --format json" + study.flags();
  const auto first = run_madsearch(command);
  ASSERT_EQ(first.code, 0) << first.err;
  const auto out = Json::parse(first.out);
  EXPECT_EQ(out.at("battery"), "tiny");
  const auto& groups = out.at("groups");
  EXPECT_EQ(groups.at(0).at("group"), "judged half");
  EXPECT_EQ(groups.at(0).at("designs").get<int>() + groups.at(1).at("designs").get<int>(),
            static_cast<int>(out.at("designs").size()));
  EXPECT_GT(groups.at(2).at("rank_correlation").get<double>(), 0.5) << "the stub's skill is the same in both";
  EXPECT_LE(groups.at(2).at("rank_low").get<double>(), groups.at(2).at("rank_correlation").get<double>());
  EXPECT_EQ(out.at("tasks").size(), 6u);
  const auto again = run_madsearch(command + " --stored");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, first.out);
  EXPECT_EQ(again.err, "");
  const auto chosen = run_madsearch("bench choose tiny --against quick --core-seconds 1000" + study.flags());
  EXPECT_EQ(chosen.code, 0) << chosen.err;
  EXPECT_NE(chosen.out.find("in-context-recall of tiny, "), std::string::npos) << chosen.out;
}

TEST(Bench, EarlyStoppingIsStudiedOnCurvesToTheEndAlone) {
  const StubStudy study;
  const auto ran = run_madsearch("bench early-stop quick" + study.flags());
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err,
            "battery quick stops trainings early: curves to their end come from one with `early_stop: false`\n");
}

}  // namespace
}  // namespace madsearch
