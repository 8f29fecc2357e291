// Designs of a former run as seeds, with what they scored there.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "program.h"
#include "results/imported.h"
#include "results/retries.h"
#include "results/store.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A run by stub workers, and others that begin with its front.
class Imports : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(run("former", "[transformer++, gla]").code, 0); }

  fs::path path(const std::string& name) const { return folder_.path + "/" + name; }

  std::string configured(const std::string& name, const std::string& seeds, const std::string& more = "seed: 3\n") {
    write_file(path(name + ".yaml"), "battery: quick\nstages: 4\nseeds: " + seeds + R"(
search: {evaluations: 30, population: 4, confirm_seeds: 2, confirm_members: 2}
worker: "MADSEARCH_STUB=milliseconds=1 madsearch stub-worker"
devices: cpu
slots_per_device: 2
)" + more);
    return "run " + path(name + ".yaml").string() + " --out " + path(name).string() + " --quiet";
  }
  Ran run(const std::string& name, const std::string& seeds, const std::string& more = "seed: 3\n") {
    return run_madsearch(configured(name, seeds, more));
  }
  std::string former() const { return path("former").string(); }
  std::string with_results() const { return "[{run: " + former() + "}]"; }

  /// The front without its name and where results came from.
  Json front_of(const std::string& name) {
    auto out = Json::parse(run_madsearch("front " + path(name).string() + " --format json").out);
    out.erase("name");
    for (const auto* list : {"front", "hand_designs"})
      for (auto& design : out[list]) design.erase("imported");
    return out;
  }
  Store store(const std::string& name) const { return {path(name) / "search.db", Store::Mode::kRead}; }
  void expect_whole(const std::string& name) {
    const auto ran = run_madsearch("check " + path(name).string());
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  }
  /// That everything imported is there, and was not trained by this run.
  void expect_untouched(const std::string& name) {
    const auto imported = imported_evaluations(store(name).inputs());
    int trainings = 0;
    for (const auto& evaluation : store(name).evaluations()) {
      if (!imported.contains(evaluation_key(evaluation))) continue;
      for (const auto& training : store(name).trainings(evaluation.number)) {
        EXPECT_FALSE(training.provenance.started || training.provenance.slot) << training.id;
        EXPECT_FALSE(store(name).curves(training.id).empty()) << training.id;
        ++trainings;
      }
    }
    EXPECT_GT(trainings, 0);
  }
  int lines_of_log(const std::string& name, const std::string& text) {
    const auto log = read_file(path(name) / "run.log");
    int out = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++out;
    return out;
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(Imports, ComeToTheFrontOfARunThatTrainedThemItself) {
  ASSERT_EQ(run("trained", "[" + former() + "]").code, 0);
  ASSERT_EQ(run("imported", with_results()).code, 0);
  EXPECT_EQ(store("imported").meta("signature"), store("trained").meta("signature"));
  EXPECT_EQ(store("imported").meta("identity"), store("trained").meta("identity"));
  EXPECT_EQ(front_of("imported"), front_of("trained"));
  expect_untouched("imported");
  expect_whole("imported");
  EXPECT_TRUE(imported_evaluations(store("trained").inputs()).empty());
}

TEST_F(Imports, AreMarkedWhereverTheyAreShown) {
  ASSERT_EQ(run("imported", with_results()).code, 0);
  const auto front = Json::parse(run_madsearch("front " + path("imported").string() + " --format json").out);
  for (const auto& design : front["hand_designs"]) EXPECT_EQ(design["imported"], former()) << design;
  const auto bred = std::find_if(front["front"].begin(), front["front"].end(), [](const Json& design) {
    return !design["origin"].get<std::string>().starts_with("seed:");
  });
  ASSERT_NE(bred, front["front"].end());
  EXPECT_TRUE((*bred)["imported"].is_null());
  EXPECT_NE(run_madsearch("front " + path("imported").string()).out.find("imported from"), std::string::npos);
  EXPECT_EQ(run_madsearch("front " + former()).out.find("imported from"), std::string::npos);

  const std::string id = front["hand_designs"][0]["hash"];
  const auto shown = run_madsearch("show " + path("imported").string() + " " + id);
  EXPECT_NE(shown.out.find(former()), std::string::npos) << shown.out;
  const auto facts = Json::parse(run_madsearch("show " + path("imported").string() + " " + id + " --format json").out);
  EXPECT_EQ(facts["evaluations"][0]["imported"], former());
  EXPECT_NE(run_madsearch("report " + path("imported").string() + " --format csv").out.find(former()),
            std::string::npos);
}

/// Once the run is begun, nothing is read of the former one again.
TEST_F(Imports, OutliveAKillAndTheFormerRun) {
  const auto command = configured("imported", with_results());
  ASSERT_EQ(run_madsearch(command).code, 0);
  const auto wanted = front_of("imported");
  fs::remove_all(path("imported"));
  double moment = 0.1;
  while (!fs::exists(path("imported") / "config.yaml")) run_madsearch(command, moment *= 1.5);
  fs::rename(former(), path("elsewhere"));
  const auto ran = run_madsearch("resume " + path("imported").string() + " --quiet");
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(front_of("imported"), wanted);
  expect_untouched("imported");
  expect_whole("imported");
  EXPECT_EQ(lines_of_log("imported", "are imported and not done again"), 1);
}

TEST_F(Imports, AreTextsAloneWhereScoresMeanSomethingElse) {
  ASSERT_EQ(run("other", with_results(), "seed: 4\n").code, 0);
  EXPECT_TRUE(imported_evaluations(store("other").inputs()).empty());
  ASSERT_EQ(run_madsearch("resume " + path("other").string() + " --quiet").code, 0);
  const auto sentence = "results of " + former() + " are not imported, its designs are seeds alone: ";
  EXPECT_EQ(lines_of_log("other", sentence + "its seed is 3, this run's 4"), 1);
  const auto note = [&](const std::string& more) {
    const auto ran = run_madsearch(configured("dry", with_results(), more) + " --dry-run");
    const auto at = std::min(ran.err.find(sentence), ran.out.find(sentence));
    const auto& text = ran.err.find(sentence) != std::string::npos ? ran.err : ran.out;
    if (at == std::string::npos) return "no such note: " + ran.err + ran.out;
    return text.substr(at + sentence.size(), text.find('\n', at) - at - sentence.size());
  };
  EXPECT_EQ(note("seed: 3\nparameters: 60000\n"), "its parameters is 0, this run's 60000");
}

TEST_F(Imports, AreOfNamedDesignsAsWellAsOfAFront) {
  const auto all = store("former").candidates();
  const auto& last = all.back();
  const auto id = last.hash.substr(0, 8);
  ASSERT_EQ(run("named", "[{run: " + former() + ", ids: [\"" + id + "\", \"" + all.front().hash + "\"]}]").code, 0);
  EXPECT_NE(store("named").meta("identity").find("seeds.1: former#" + last.hash.substr(0, 6) + " = "),
            std::string::npos);
  const auto message = [&](const std::string& seeds) {
    const auto ran = run("wrong", seeds);
    EXPECT_EQ(ran.code, 2);
    return ran.err.substr(ran.err.find(".yaml:") + 6);
  };
  EXPECT_EQ(message("[{run: " + former() + ", ids: [zzz]}]").substr(0, 2), "3:");
  EXPECT_NE(message("[{run: " + former() + ", ids: [zzz]}]").find("no design of that run has the id \"zzz\""),
            std::string::npos);
  EXPECT_EQ(message("[{run: nowhere}]"),
            "3:15: \"nowhere\" is no folder of a run: it has no search.db\n  3 | seeds: [{run: nowhere}]\n"
            "    |               ^^^^^^^\n");
  EXPECT_NE(message("[{run: " + former() + ", front: false}]")
                .find("without its front a run gives the designs of `ids` alone"),
            std::string::npos);
}

}  // namespace
}  // namespace madsearch
