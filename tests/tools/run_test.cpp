// `madsearch run`, `resume`, `front`, `show` and `check`, with stub workers.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "program.h"
#include "results/retries.h"
#include "results/run_meta.h"
#include "results/store.h"
#include "tests/engine/text/shard_files.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

Json front_of(const StubRun& stub) { return Json::parse(run_madsearch("front " + stub.out() + " --format json").out); }

TEST(Run, MisspeltKeyIsShownWithItsPlace) {
  const StubRun stub("seach: 3\n");
  const auto ran = run_madsearch("run " + stub.config() + " --out " + stub.out());
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err.substr(0, ran.err.find("  expected one of")), stub.config() + ":6:1: unknown key \"seach\" in " +
                                                                      stub.config() +
                                                                      "\n"
                                                                      "  6 | seach: 3\n"
                                                                      "    | ^^^^^\n");
  EXPECT_NE(ran.err.find("  did you mean \"search\"?"), std::string::npos) << ran.err;
  EXPECT_FALSE(std::filesystem::exists(stub.out()));
}

TEST(Run, AFolderOfAnotherSearchIsRefusedWithTheDifference) {
  const StubRun stub;
  ASSERT_EQ(stub.run().code, 0);
  const StubRun changed("seed: 9\n");
  const auto ran = run_madsearch("run " + changed.config() + " --out " + stub.out() + " --quiet");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(
      ran.err,
      stub.out() + " holds another search; what differs:\n  seed: 1 -> 9\nchoose another --out for the new search\n");
}

TEST(Run, AFolderOfSomethingElseIsRefused) {
  const StubRun stub;
  std::filesystem::create_directories(stub.out());
  write_file(stub.out() + "/thesis.tex", "\\documentclass");
  const auto ran = stub.run();
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, stub.out() + " holds files that are no search of madsearch; choose another --out\n");
}

TEST(Run, IsReadWhileItSearches) {
  const StubRun stub;
  auto longer = read_file(stub.config());
  longer.replace(longer.find("evaluations: 12"), 15, "evaluations: 100");
  write_file(stub.config(), longer);
  auto searching = std::async(std::launch::async, [&] { return stub.run(); });
  std::optional<SQLite::Database> reader;  // reads from the first front to the end of the run
  const auto seen = [&] { return reader->execAndGet("SELECT count(*) FROM evaluations").getInt(); };
  int seen_first = 0;
  std::vector<Json> fronts;
  while (searching.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    const auto ran = run_madsearch("front " + stub.out() + " --format json");
    if (fronts.empty() && ran.code != 0) {
      EXPECT_EQ(ran.code, 2) << ran.err;
      EXPECT_TRUE(ran.err.starts_with(stub.out() + " is no run") ||
                  ran.err.starts_with(stub.out() + " holds no results"))
          << ran.err;
      continue;
    }
    ASSERT_EQ(ran.code, 0) << ran.err;
    fronts.push_back(Json::parse(ran.out));
    if (reader) continue;
    reader.emplace(stub.out() + "/search.db", SQLite::OPEN_READONLY);
    reader->exec("BEGIN");
    seen_first = seen();
  }
  const auto ran = searching.get();
  EXPECT_EQ(ran.code, 0) << ran.err;
  ASSERT_FALSE(fronts.empty());
  EXPECT_EQ(fronts.front()["finished"], false);
  for (std::size_t i = 1; i < fronts.size(); ++i) EXPECT_GE(fronts[i]["evaluated"], fronts[i - 1]["evaluated"]);
  EXPECT_EQ(seen(), seen_first);
  reader->exec("COMMIT");
  EXPECT_GT(seen(), seen_first);
  EXPECT_EQ(front_of(stub)["evaluated"], 100);
}

TEST(Run, MoreEvaluationsGoOnFromWhatIsThere) {
  const StubRun stub;
  ASSERT_EQ(stub.run().code, 0);
  const auto before = front_of(stub);
  const auto ran = run_madsearch("resume " + stub.out() + " --evaluations +12 --quiet");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto after = front_of(stub);
  EXPECT_EQ(before["evaluated"], 12);
  EXPECT_EQ(after["evaluated"], 24);
  EXPECT_EQ(run_madsearch("check " + stub.out()).code, 0);
}

TEST(Run, MoreEvaluationsThanCanBeCountedAreRefused) {
  const StubRun stub;
  ASSERT_EQ(stub.run().code, 0);
  for (const auto* more : {"+9223372036854775807", "+9223372036854775808", "+0", "+-3", "12", "+010"}) {
    const auto ran = run_madsearch("resume " + stub.out() + " --quiet --evaluations " + more);
    EXPECT_EQ(ran.code, 2) << more;
    EXPECT_EQ(ran.err,
              "--evaluations takes \"+N\", so many more, up to 10000000 in all, not \"" + std::string(more) + "\"\n");
  }
  EXPECT_EQ(front_of(stub)["evaluated"], 12);
}

TEST(Run, AFormerFrontSeedsTheNextSearch) {
  const StubRun first;
  ASSERT_EQ(first.run().code, 0);
  const auto front = front_of(first)["front"];
  const StubRun second;
  write_file(second.config(), R"(battery: quick
stages: 4
seed: 2
seeds: [)" + first.out() + R"(]
search: {evaluations: 10, population: 4}
pools: [{devices: cpu, slots: 2, command: "MADSEARCH_STUB=milliseconds=1 madsearch stub-worker"}]
)");
  ASSERT_EQ(second.run().code, 0);
  const auto seeds = front_of(second)["hand_designs"];
  EXPECT_EQ(seeds.size(), front.size());
}

TEST(Run, ACandidateWhoseWorkerAlwaysDiesIsStoredAndTheSearchGoesOn) {
  const StubRun stub;
  write_file(stub.config(), R"(battery: quick
stages: 2
primitives: [attention, gla, swiglu]
seeds: [transformer++, gla]
search: {evaluations: 10, population: 4}
pools: [{devices: cpu, slots: 2, command: "MADSEARCH_STUB=milliseconds=1,poison=gla madsearch stub-worker"}]
)");
  const auto ran = stub.run();
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto json = front_of(stub);
  EXPECT_EQ(json["evaluated"], 10);
  EXPECT_LT(json["completed"], 10);
  EXPECT_GT(json["completed"], 0);
}

TEST(Run, OvernightIsReadAndForecast) {
  // Its own worker would measure; here a stub stands in, as the configuration is what is tried.
  const TemporaryFolder folder;
  const std::filesystem::path root = folder.path;
  std::filesystem::create_directories(root / "configs/searches");
  const auto config = root / "configs/searches/overnight.yaml";
  auto text = read_file(in_source("configs/searches/overnight.yaml"));
  const std::string devices = "  - devices: auto\n";
  text.replace(text.find(devices), devices.size(), devices + "    command: madsearch stub-worker\n");
  write_file(config, text);
  const auto refused = run_madsearch("run " + config.string() + " --dry-run");
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(
      refused.err,
      config.string() +
          ":21:9: no such folder, or nothing in it: ../../data/debian-text\n"
          "  21 |   data: ../../data/debian-text  # `tools/debian-text` makes it: 34 MB of programs and documentation\n"
          "     |         ^^^^^^^^^^^^^^^^^^^^^^\n");
  std::filesystem::create_directories(root / "data/debian-text");
  put((root / "data/debian-text/text.bin").string(), shard_bytes<std::uint16_t>(20240520, 1, 4, {50256, 1, 50256, 2}));
  const auto ran = run_madsearch("run " + config.string() + " --dry-run");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("limited to 10 h"), std::string::npos) << ran.err;
}

TEST(Run, SaysWhatItIsGoingToPretrain) {
  const TemporaryFolder folder;
  const auto config = folder.path + "/search.yaml";
  write_file(config, R"(
battery: quick
stages: 4
seeds: [mamba-swiglu]
search: {evaluations: 10}
pretrain: {members: 1, data: )" +
                         in_source("tests/data/speeches") +
                         R"(, flops: 4.0e+9, parameters: 20000}
pools: [{devices: cpu, command: "MADSEARCH_STUB=milliseconds=1 madsearch stub-worker"}]
)");
  const auto ran = run_madsearch("run " + config + " --dry-run");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(
      ran.err.ends_with("\npretraining:\n"
                        "  parameters  width  tokens  epochs   memory  design\n"
                        "      19 840     32  32 768    0.00  100 MiB  transformer++\n"
                        "      20 352     32  30 720    0.00  100 MiB  mamba-swiglu\n"))
      << ran.err;
}

constexpr const char* kNarrow = R"(
seed: 5
battery: quick
probe: probe
stages: 1
primitives: [gru]
parameters: 0
seeds: [gru]
parallel: false
sharing: false
search: {evaluations: 500, population: 8, confirm_seeds: 2, confirm_members: 2}
pools: [{devices: cpu, slots: 2, command: "MADSEARCH_STUB=milliseconds=0 madsearch stub-worker"}]
)";

TEST(Run, ASpaceWithoutFurtherDesignsClosesTheSearch) {
  const StubRun stub;
  write_file(stub.path("narrow.yaml"), kNarrow);
  const auto command = "run " + stub.path("narrow.yaml").string() + " --out " + stub.out() + " --no-forecast";
  const auto ran = run_madsearch(command);
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("no new design was found that keeps the limits: the search ends before its 500 evaluations"),
            std::string::npos)
      << ran.err;
  const auto front = front_of(stub);
  EXPECT_EQ(front["exhausted"], true);
  EXPECT_EQ(front["reproducible"], true);
  EXPECT_EQ(front["confirmed"], true);
  EXPECT_EQ(run_madsearch(command).code, 0);
  EXPECT_EQ(front_of(stub), front);
}

TEST(Run, ExitsWithAnErrorWhereNothingWasAchieved) {
  const StubRun stub;
  auto failing = read_file(stub.config());
  failing.replace(failing.find("milliseconds=1"), 14, "milliseconds=1,fail=1");
  write_file(stub.config(), failing);
  EXPECT_EQ(stub.run().code, 1);
}

/// The configuration of `stub` with options of its stub workers.
std::string with_stub_options(const StubRun& stub, const std::string& options) {
  auto out = read_file(stub.config());
  const std::string fast = "milliseconds=1";
  return out.replace(out.find(fast), fast.size(), fast + "," + options);
}

TEST(Run, KeepsTheCurvesOfItsTrainings) {
  const StubRun stub;
  write_file(stub.config(), with_stub_options(stub, "looks=2"));
  ASSERT_EQ(stub.run().code, 0);
  const std::string id = front_of(stub)["front"][0]["id"];
  const auto shown = nlohmann::json::parse(run_madsearch("show " + stub.out() + " " + id + " --format json").out);
  const auto& curves = shown["evaluations"][0]["trainings"][0]["curves"];
  ASSERT_FALSE(curves.empty());
  EXPECT_EQ(curves[0]["looks"].size(), 2u);
  EXPECT_EQ(curves[0]["looks"][1].size(), 3u);
}

TEST(Run, TriesAFailedPretrainingAgainAndSaysWhyItFailed) {
  const StubRun stub("pretrain: {members: 1, controls: [transformer++], data: " + in_source("tests/data/speeches") +
                     ", flops: 1e9, parameters: 5000}\n");
  const auto fine = read_file(stub.config());
  write_file(stub.config(), with_stub_options(stub, "unread=1"));
  const auto failed = stub.run();
  EXPECT_EQ(failed.code, 1) << "nothing that was pretrained came to something";
  EXPECT_NE(failed.out.find("the stub can't read its text"), std::string::npos) << failed.out;
  EXPECT_TRUE(front_of(stub)["pretrained"][0]["bits_per_byte"].is_null());
  write_file(stub.config(), fine);
  const auto resumed = run_madsearch("resume " + stub.out() + " --config " + stub.config() + " --quiet");
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  const auto front = front_of(stub);
  for (const auto& pretraining : front["pretrained"]) {
    EXPECT_EQ(pretraining["outcome"], "ok");
    EXPECT_GT(pretraining["bits_per_byte"], 0);
  }
}

TEST(Run, APretrainingOfAFormerControlStaysOne) {
  const StubRun stub("pretrain: {members: 1, controls: [transformer++], data: " + in_source("tests/data/speeches") +
                     ", flops: 1e9, parameters: 5000}\n");
  ASSERT_EQ(stub.run().code, 0);
  auto other = read_file(stub.config());
  other.replace(other.find("controls: [transformer++]"), 25, "controls: [mamba-swiglu]");
  write_file(stub.config(), other);
  const auto ran = run_madsearch("resume " + stub.out() + " --quiet --accept --config " + stub.config());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(front_of(stub)["pretrained"].size(), 3u);
  const auto checked = run_madsearch("check " + stub.out());
  EXPECT_EQ(checked.code, 0) << checked.out;
}

TEST(Run, ALongerSearchIsWhole) {
  const StubRun stub;
  ASSERT_EQ(stub.run().code, 0);
  const auto longer = run_madsearch("resume " + stub.out() + " --evaluations +3 --quiet");  // the race moves by three
  ASSERT_EQ(longer.code, 0) << longer.err;
  const auto checked = run_madsearch("check " + stub.out());
  EXPECT_EQ(checked.code, 0) << checked.out;
}

TEST(Run, ResumeTriesAgainWhatWasLost) {
  const StubRun stub;
  const auto fine = read_file(stub.config());
  write_file(stub.config(), with_stub_options(stub, "poison=gla"));
  const auto ran = stub.run();
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto before = front_of(stub);
  write_file(stub.config(), fine);
  const auto resumed = run_madsearch("resume " + stub.out() + " --config " + stub.config() + " --retry failed,lost");
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_NE(resumed.err.find(" tried again once the search is over"), std::string::npos) << resumed.err;
  const auto after = front_of(stub);
  EXPECT_GT(after["completed"], before["completed"]);
  EXPECT_EQ(run_madsearch("check " + stub.out()).code, 0) << run_madsearch("check " + stub.out()).out;
  EXPECT_EQ(run_madsearch("resume " + stub.out() + " --config " + stub.config()).code, 0);
  EXPECT_EQ(front_of(stub), after) << "a run that goes on replays what was tried again";
  const auto longer = "resume " + stub.out() + " --evaluations +3 --quiet --config " + stub.config();
  EXPECT_EQ(run_madsearch(longer).code, 0) << "what is tried again has another number";
  const auto checked = run_madsearch("check " + stub.out());
  EXPECT_EQ(checked.code, 0) << checked.out;
}

/// What is tried again by the run in `folder`, as it is noted there.
std::vector<std::string> noted_retries(const std::string& folder) {
  return read_meta(Store(folder + "/search.db", Store::Mode::kRead)).retries;
}

TEST(Run, NotesOnceWhatIsTriedAgainHoweverOftenThatIsAsked) {
  const StubRun stub;
  const auto fine = read_file(stub.config());
  write_file(stub.config(), with_stub_options(stub, "poison=gla"));
  ASSERT_EQ(stub.run().code, 0);
  write_file(stub.config(), fine);
  std::vector<std::string> noted;
  {  // as a session that ended before it came to them
    Store store(stub.out() + "/search.db", Store::Mode::kWrite);
    auto meta = read_meta(store);
    for (const auto& evaluation : retries(store, {Outcome::kLost})) noted.push_back(evaluation_key(evaluation));
    meta.retries = noted;
    meta.finished = false;
    write_meta(store, meta);
  }
  ASSERT_FALSE(noted.empty());
  const auto again = "resume " + stub.out() + " --quiet --retry lost --config " + stub.config();
  for (const auto& command : {again, again, again + " --evaluations +3"}) {  // a longer search forgets the retries
    const auto ran = run_madsearch(command);
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(noted_retries(stub.out()), noted);
    const auto checked = run_madsearch("check " + stub.out());
    EXPECT_EQ(checked.code, 0) << checked.out;
  }
}

TEST(Run, IsCheckedWhileItSearches) {
  const StubRun stub;
  auto longer = read_file(stub.config());
  longer.replace(longer.find("evaluations: 12"), 15, "evaluations: 100");
  write_file(stub.config(), longer);
  auto searching = std::async(std::launch::async, [&] { return stub.run(); });
  int checked = 0;
  while (searching.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    const auto ran = run_madsearch("check " + stub.out());
    if (checked == 0 && ran.code == 2) continue;  // there is nothing yet
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
    ++checked;
  }
  EXPECT_EQ(searching.get().code, 0);
  EXPECT_GT(checked, 1);
}

TEST(Run, RefusesAFolderThatCanNotBeMadeBeforeItMeasures) {
  const StubRun stub;
  const auto ran = run_madsearch("run " + stub.config() + " --out /proc/none/run");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "can't make the folder /proc/none/run: No such file or directory\n");
}

TEST(Run, WritesNothingThroughLinks) {
  const StubRun stub;
  ASSERT_EQ(stub.run().code, 0);
  const auto thesis = stub.path("thesis.tex");
  write_file(thesis, "written for years");
  for (const auto* name : {"config.yaml.part", "config.yaml", "resolved.txt.part"}) {
    std::filesystem::remove(stub.out() + "/" + name);
    std::filesystem::create_symlink(thesis, stub.out() + "/" + name);
  }
  const auto ran = stub.run();
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(read_file(stub.out() + "/config.yaml"), read_file(stub.config()));
  const auto log = stub.out() + "/run.log";
  std::filesystem::remove(log);
  std::filesystem::create_symlink(thesis, log);
  const auto linked = stub.run();
  EXPECT_EQ(linked.code, 2);
  EXPECT_EQ(linked.err, log + " is a link; a run writes no file outside its folder: remove the link\n");
  EXPECT_EQ(read_file(thesis), "written for years");
}

TEST(Run, SaysWhatBeginsAFolderAnewThatHoldsNothing) {
  const StubRun stub;
  const auto begins = "; `madsearch run CONFIG --out " + stub.out() + "` begins it anew\n";
  const auto expect_said = [&](const std::string& sentence) {
    for (const std::string command : {"front", "check", "resume", "show", "backup"}) {
      const auto more = command == "show" ? " 12" : command == "backup" ? " " + stub.path("copy.db").string() : "";
      const auto ran = run_madsearch(command + " " + stub.out() + more);
      EXPECT_EQ(ran.code, 2) << command;
      EXPECT_EQ(ran.err, stub.out() + sentence) << command;
    }
  };
  expect_said(" is no run: it has no search.db\n");
  std::filesystem::create_directory(stub.out());
  expect_said(" is no run: it has no search.db" + begins);
  write_file(stub.out() + "/search.db", "");
  expect_said(" holds no results yet" + begins);
  std::filesystem::remove(stub.out() + "/search.db");
  write_file(stub.out() + "/thesis.tex", "");
  expect_said(" is no run: it has no search.db\n");
}

}  // namespace
}  // namespace madsearch
