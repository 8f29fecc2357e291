// What a user sees: exit codes, messages whole, JSON keys.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/dispatch/messages.h"
#include "program.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

Ran run(const std::string& arguments) { return run_program(madsearch_program() + " " + arguments); }

std::string all_primitives() {
  std::string out;
  for (const auto& row : Json::parse(run("list primitives --format json").out))
    out += (out.empty() ? "" : ", ") + row.at("name").get<std::string>();
  return out;
}

/// A configuration of a stub search in a folder of its own.
struct StubRun {
  std::filesystem::path folder, config;
  explicit StubRun(const std::string& name, const std::string& changed = "")
      : folder(fresh_folder(name)), config(folder / "stub.yaml") {
    write_file(config,
               "battery: quick\nstages: 4\nseeds: [transformer++, gla]\nsearch: {evaluations: 12, population: 4, "
               "confirm_seeds: 2, confirm_members: 2}\n"
               "worker: \"MADSEARCH_STUB=milliseconds=1 madsearch stub-worker\"\ndevices: cpu\nslots_per_device: 2\n" +
                   changed);
  }
  ~StubRun() { std::filesystem::remove_all(folder); }
  std::string out() const { return (folder / "run").string(); }
};

TEST(Cli, KnowsItsVersion) {
  const auto ran = run("--version");
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out.rfind("madsearch 0.", 0), 0u) << ran.out;
}

TEST(Cli, WrongUseEndsWithTwo) {
  EXPECT_EQ(run("").code, 2);
  EXPECT_EQ(run("frnt x").code, 2);
  EXPECT_EQ(run("cost transformer++ --width abc").code, 2);
  EXPECT_EQ(run("front no/such/run").code, 2);
  EXPECT_EQ(run("run no/such/config.yaml").code, 2);
}

TEST(Cli, ThePageOfPrimitivesIsFresh) {
  const auto ran = run("list primitives --page");
  EXPECT_EQ(ran.code, 0);
  std::ifstream in(in_source("docs/primitives.md"));
  std::stringstream page;
  page << in.rdbuf();
  EXPECT_TRUE(ran.out == page.str()) << "make it anew: build/madsearch list primitives --page > docs/primitives.md";
}

TEST(Cli, APrimitiveIsListedWithItsDataSheet) {
  const auto ran = run("list primitives gla");
  EXPECT_EQ(ran.code, 0);
  EXPECT_NE(ran.out.find("S_t = diag(exp a_t) S_{t-1} + k_tᵀ v_t"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("gate_rank  16, 8"), std::string::npos) << ran.out;
  EXPECT_EQ(run("list primitives glaa").err, "unknown primitive \"glaa\"\n  did you mean \"gla\"?\n");
}

TEST(Cli, MisspeltKeyIsShownWithItsPlace) {
  const StubRun stub("misspelt", "seach: 3\n");
  const auto ran = run("run " + stub.config.string() + " --out " + stub.out());
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err.substr(0, ran.err.find("  expected one of")),
            stub.config.string() + ":8:1: unknown key \"seach\" in " + stub.config.string() +
                "\n"
                "  8 | seach: 3\n"
                "    | ^^^^^\n");
  EXPECT_NE(ran.err.find("  did you mean \"search\"?"), std::string::npos) << ran.err;
  EXPECT_FALSE(std::filesystem::exists(stub.out()));
}

TEST(Cli, MisspeltDesignIsRefusedBeforeAnythingIsTrained) {
  const auto ran = run("score 'attntion swiglu' --battery quick");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err,
            "design:1:1: unknown primitive \"attntion\"\n"
            "  1 | attntion swiglu\n"
            "    | ^^^^^^^^\n"
            "  expected one of: " +
                all_primitives() +
                "\n"
                "  did you mean \"attention\"?\n");
}

TEST(Cli, DoctorExaminesPrimitivesOnThisMachine) {
  const auto ran =
      run("doctor --primitives attention,mamba --devices cpu --width 16 --length 12 --batch 2 --repeats 1");
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("worker on cpu starts: madsearch 0."), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("NVIDIA GPU"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("\n  attention  cpu"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("all 2 agree on cpu\n"), std::string::npos) << ran.out;
  const auto json = Json::parse(
      run("doctor --primitives mamba --devices cpu --width 16 --length 12 --batch 2 --repeats 1 --format json").out);
  EXPECT_EQ(json["problems"], Json::array());
  EXPECT_LT(json["rows"][0]["output_error"], 1e-4);
  EXPECT_EQ(run("doctor --primitives mmaba").err, "unknown primitive \"mmaba\"\n  did you mean \"mamba\"?\n");
}

/// What `doctor` says of mamba with a worker that answers `found`.
Ran doctor_on(const std::string& found) {
  const StubRun folder("doctor");
  write_file(folder.folder / "worker.sh",
             "echo '{\"type\":\"hello\",\"messages\":" + std::to_string(kMessagesVersion) +
                 ",\"version\":\"wrong\",\"revision\":\"\",\"scoring\":1"
                 ",\"device\":\"cpu\",\"memory_bytes\":1,\"free_bytes\":1}'\n"
                 "while read line; do case $line in *examine*)\n"
                 "  echo '{\"type\":\"examined\",\"id\":\"0\"," +
                 found +
                 "}';;\n"
                 "esac; done\n");
  return run("doctor --primitives mamba --devices cpu --worker 'sh " + (folder.folder / "worker.sh").string() + "'");
}

TEST(Cli, DoctorNamesThePrimitiveThatDisagrees) {
  const auto ran = doctor_on(
      R"("output_error":1e-6,"gradient_error":0.25,"gradient":"A_log","milliseconds":1,"unrecorded":"","recorded_error":0,"recorded_milliseconds":0)");
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_NE(
      ran.out.find("mamba on cpu: the gradient of A_log differs from float64 by 2.5e-01, at most 0.001 is rounding\n"),
      std::string::npos)
      << ran.out;
}

TEST(Cli, DoctorSaysWhatBecomesOfCudaGraphs) {
  const auto fine = doctor_on(
      R"("output_error":1e-6,"gradient_error":1e-6,"gradient":"A_log","milliseconds":3,"unrecorded":"","recorded_error":1e-6,"recorded_milliseconds":1.5)");
  EXPECT_EQ(fine.code, 0) << fine.err;
  EXPECT_NE(fine.out.find("  primitive  device   output  gradient  of       ms  as a graph  finding\n  mamba      cpu  "
                          "   1.0e-06   1.0e-06  A_log  3.00        1.50  fine\n"
                          "as CUDA graphs forward and backward take 1/2.0 of that (median of 1); trainings use them "
                          "with `worker: madsearch-worker --cuda-graphs`\n"),
            std::string::npos)
      << fine.out;
  const auto wrong = doctor_on(
      R"("output_error":1e-6,"gradient_error":1e-6,"gradient":"A_log","milliseconds":3,"unrecorded":"","recorded_error":0.5,"recorded_milliseconds":1.5)");
  EXPECT_EQ(wrong.code, 1);
  EXPECT_NE(
      wrong.out.find(
          "mamba on cpu: replayed as a CUDA graph it differs from float64 by 5.0e-01, at most 0.001 is rounding\n"),
      std::string::npos)
      << wrong.out;
  const auto not_recorded = doctor_on(
      R"("output_error":1e-6,"gradient_error":1e-6,"gradient":"A_log","milliseconds":3,"unrecorded":"operation not permitted","recorded_error":0,"recorded_milliseconds":0)");
  EXPECT_EQ(not_recorded.code, 0);
  EXPECT_NE(not_recorded.out.find("mamba on cpu cannot be recorded as a CUDA graph, its steps are launched one by one: "
                                  "operation not permitted\n"),
            std::string::npos)
      << not_recorded.out;
}

TEST(Cli, DoctorReportsWorkersThatRefuseDieOrDoNotStart) {
  const auto refused =
      run("doctor --primitives mamba --devices cpu --worker 'MADSEARCH_STUB=milliseconds=1 madsearch stub-worker'");
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.out.find("mamba on cpu: failed: a stub worker answers train, pretrain, bench and ping; it computes "
                             "nothing that could be examined\n"),
            std::string::npos)
      << refused.out;
  const auto died =
      run("doctor --primitives mamba,gla --devices cpu --worker 'MADSEARCH_STUB=milliseconds=1,crash=1 madsearch "
          "stub-worker'");
  EXPECT_EQ(died.code, 1);
  EXPECT_NE(died.out.find("gla on cpu: failed: its worker died 1 times; the last one ended: signal 9"),
            std::string::npos)
      << died.out;
  const auto none = run("doctor --primitives mamba --devices cpu --worker no-such-worker");
  EXPECT_EQ(none.code, 1);
  EXPECT_NE(none.out.find("no worker starts on cpu: worker 1 (cpu) ended: exit code 127 (command not found)"),
            std::string::npos)
      << none.out;
}

TEST(Cli, CostPrintsTheKeysOthersRelyOn) {
  const auto ran = run("cost transformer++ --stages 4 --width 32 --length 64 --format json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto json = Json::parse(ran.out);
  EXPECT_EQ(json["text"], "[attention swiglu]x2");
  EXPECT_EQ(json["state"]["exact"], 2 * 2 * 32 * 64);
  EXPECT_EQ(json["state"]["mad"], 2 * 2 * 32 * 64);
  EXPECT_EQ(json["width"], 32);
  EXPECT_EQ(json["length"], 64);
  EXPECT_GT(json["parameters"], 0);
  EXPECT_GT(json["flops"], 0);
}

TEST(Cli, ARunPrintsAFrontWithTheKeysOthersRelyOn) {
  const StubRun stub("front");
  const auto ran = run("run " + stub.config.string() + " --out " + stub.out() + " --quiet");
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("hand designs, on the front or not"), std::string::npos);
  const auto json = Json::parse(run("front " + stub.out() + " --format json").out);
  for (const auto* key : {"evaluated", "hypervolume", "protocol", "battery", "objectives", "front"})
    EXPECT_TRUE(json.contains(key)) << key;
  ASSERT_FALSE(json["front"].empty());
  for (const auto* key : {"id", "text", "score", "score_low", "score_high", "state", "state_exact", "state_mad",
                          "parameters", "flops", "origin", "rung", "seeds", "bits_per_byte", "undecided", "rival"})
    EXPECT_TRUE(json["front"][0].contains(key)) << key;
  EXPECT_EQ(run("check " + stub.out()).code, 0);
  const std::string id = json["front"][0]["id"];
  EXPECT_EQ(run("show " + stub.out() + " " + id).code, 0);
  EXPECT_NE(run("show " + stub.out() + " " + id + " --dot").out.find("digraph"), std::string::npos);
  EXPECT_EQ(run("show " + stub.out() + " zzz").code, 2);
}

TEST(Cli, BenchSearchMeasuresARealSearch) {
  const StubRun stub("throughput");
  const auto ran = run("bench search --real " + stub.config.string() + " --evaluations 6 --format json");
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
  EXPECT_NE(run("bench search --real " + stub.config.string() + " --evaluations 4")
                .out.find("4 evaluations (0 failed) of 4 distinct candidates"),
            std::string::npos);
  EXPECT_EQ(run("bench search " + stub.config.string()).err, "a configuration is for `bench search --real`\n");
}

TEST(Cli, AFolderOfAnotherSearchIsRefusedWithTheDifference) {
  const StubRun stub("other");
  ASSERT_EQ(run("run " + stub.config.string() + " --out " + stub.out() + " --quiet").code, 0);
  const StubRun changed("changed", "seed: 9\n");
  const auto ran = run("run " + changed.config.string() + " --out " + stub.out() + " --quiet");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(
      ran.err,
      stub.out() + " holds another search; what differs:\n  seed: 1 -> 9\nchoose another --out for the new search\n");
}

TEST(Cli, AFolderOfSomethingElseIsRefused) {
  const StubRun stub("full");
  std::filesystem::create_directories(stub.out());
  write_file(stub.folder / "run" / "thesis.tex", "\\documentclass");
  const auto ran = run("run " + stub.config.string() + " --out " + stub.out() + " --quiet");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, stub.out() + " holds files that are no search of madsearch; choose another --out\n");
}

TEST(Cli, MoreEvaluationsGoOnFromWhatIsThere) {
  const StubRun stub("more");
  ASSERT_EQ(run("run " + stub.config.string() + " --out " + stub.out() + " --quiet").code, 0);
  const auto before = Json::parse(run("front " + stub.out() + " --format json").out);
  const auto ran = run("resume " + stub.out() + " --evaluations +12 --quiet");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto after = Json::parse(run("front " + stub.out() + " --format json").out);
  EXPECT_EQ(before["evaluated"], 12);
  EXPECT_EQ(after["evaluated"], 24);
  EXPECT_EQ(run("check " + stub.out()).code, 0);
}

TEST(Cli, AFormerFrontSeedsTheNextSearch) {
  const StubRun first("first");
  ASSERT_EQ(run("run " + first.config.string() + " --out " + first.out() + " --quiet").code, 0);
  const auto front = Json::parse(run("front " + first.out() + " --format json").out)["front"];
  StubRun second("second");
  write_file(
      second.config,
      "battery: quick\nstages: 4\nseed: 2\nseeds: [" + first.out() +
          "]\nsearch: {evaluations: 10, population: 4}\n"
          "worker: \"MADSEARCH_STUB=milliseconds=1 madsearch stub-worker\"\ndevices: cpu\nslots_per_device: 2\n");
  ASSERT_EQ(run("run " + second.config.string() + " --out " + second.out() + " --quiet").code, 0);
  const auto seeds = Json::parse(run("front " + second.out() + " --format json").out)["hand_designs"];
  EXPECT_EQ(seeds.size(), front.size());
}

TEST(Cli, ACandidateWhoseWorkerAlwaysDiesIsStoredAndTheSearchGoesOn) {
  StubRun stub("poison");
  write_file(stub.config,
             "battery: quick\nstages: 2\nprimitives: [attention, gla, swiglu]\nseeds: [transformer++, gla]\nsearch: "
             "{evaluations: 10, population: 4}\n"
             "worker: \"MADSEARCH_STUB=milliseconds=1,poison=gla madsearch stub-worker\"\ndevices: "
             "cpu\nslots_per_device: 2\n");
  const auto ran = run("run " + stub.config.string() + " --out " + stub.out() + " --quiet");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto json = Json::parse(run("front " + stub.out() + " --format json").out);
  EXPECT_EQ(json["evaluated"], 10);
  EXPECT_LT(json["completed"], 10);
  EXPECT_GT(json["completed"], 0);
}

/// A small study and a folder for its trainings.
struct StubStudy {
  std::filesystem::path folder = fresh_folder("study");
  StubStudy() { write_file(folder / "study.yaml", "seed: 7\nrandom: 6\nwidths: [16, 32]\n"); }
  ~StubStudy() { std::filesystem::remove_all(folder); }
  std::string flags() const {
    return " --study " + (folder / "study.yaml").string() + " --log " + (folder / "log").string() +
           " --worker 'madsearch stub-worker' --seeds 2";
  }
};

TEST(Cli, ABatteryIsHeldAgainstALongerOneAndItsTrainingsAreKept) {
  const StubStudy study;
  const auto first = run("bench battery tiny --against quick --designs --format json" + study.flags());
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
  const auto again = run("bench battery tiny --against quick --designs --format json --stored" + study.flags());
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, first.out);
  EXPECT_EQ(again.err, "");
  const auto chosen = run("bench choose tiny --against quick --core-seconds 1000" + study.flags());
  EXPECT_EQ(chosen.code, 0) << chosen.err;
  EXPECT_NE(chosen.out.find("in-context-recall of tiny, "), std::string::npos) << chosen.out;
}

TEST(Cli, EarlyStoppingIsStudiedOnCurvesToTheEndAlone) {
  const StubStudy study;
  const auto ran = run("bench early-stop quick" + study.flags());
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err,
            "battery quick stops trainings early: curves to their end come from one with `early_stop: false`\n");
}

TEST(Cli, OvernightIsReadAndForecast) {
  // Its own worker would measure; here a stub stands in, as the configuration is what is tried.
  const auto folder = fresh_folder("overnight");
  std::ifstream in(in_source("configs/searches/overnight.yaml"));
  std::stringstream text;
  text << in.rdbuf();
  std::filesystem::create_directories(folder / "configs/searches");
  std::filesystem::create_directories(folder / "tests/data/speeches");
  write_file(folder / "tests/data/speeches/one.txt", "text");
  write_file(folder / "configs/searches/overnight.yaml", text.str() + "worker: madsearch stub-worker\n");
  const auto ran = run("run " + (folder / "configs/searches/overnight.yaml").string() + " --dry-run");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("limited to 10 h"), std::string::npos) << ran.err;
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace madsearch
