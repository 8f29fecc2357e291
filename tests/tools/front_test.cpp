// `madsearch front`, and what else shows a run.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"
#include "results/run_meta.h"
#include "results/scoring.h"
#include "results/store.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

Json front_of(const StubRun& stub) { return Json::parse(run_madsearch("front " + stub.out() + " --format json").out); }

TEST(Front, HasTheKeysOthersRelyOn) {
  const StubRun stub;
  const auto ran = stub.run();
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("hand designs, on the front or not"), std::string::npos);
  const auto json = front_of(stub);
  for (const auto* key : {"evaluated", "hypervolume", "protocol", "battery", "objectives", "front"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json["state_length"], 4096);
  EXPECT_NE(ran.out.find("front of score against state at 4096 tokens\n"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("  state at 4096  state at 48  "), std::string::npos) << ran.out;
  ASSERT_FALSE(json["front"].empty());
  for (const auto* key : {"id", "text", "score", "score_low", "score_high", "state", "state_exact", "state_mad",
                          "parameters", "flops", "origin", "rung", "seeds", "bits_per_byte", "undecided", "rival"})
    EXPECT_TRUE(json["front"][0].contains(key)) << key;
  EXPECT_EQ(run_madsearch("check " + stub.out()).code, 0);
  const std::string id = json["front"][0]["id"];
  EXPECT_EQ(run_madsearch("show " + stub.out() + " " + id).code, 0);
  EXPECT_NE(run_madsearch("show " + stub.out() + " " + id + " --dot").out.find("digraph"), std::string::npos);
  EXPECT_EQ(run_madsearch("show " + stub.out() + " zzz").code, 2);
}

TEST(Front, ScoresOfAnotherVersionAreShownAsSuch) {
  const StubRun stub;
  ASSERT_EQ(stub.run().code, 0);
  const auto said = [&] { return run_madsearch("front " + stub.out()).out; };
  EXPECT_EQ(said().find("do not compare"), std::string::npos);
  const auto other = std::to_string(kScoring + 1);
  Store(stub.out() + "/search.db", Store::Mode::kWrite).put_meta("scoring", other);
  const auto now = said();
  EXPECT_NE(now.find("\nthese scores are of version " + other + "; those of this madsearch are of version " +
                     std::to_string(kScoring) + " and do not compare with them\n"),
            std::string::npos)
      << now;
}

TEST(Front, IsShownInValidUtf8WhateverItsPathIs) {
  const StubRun stub;
  const auto strange = stub.path("caf\xe9").string();
  std::filesystem::create_directory(strange);
  std::filesystem::copy_file(stub.config(), strange + "/caf\xe9.yaml");
  const auto out = "'" + strange + "/run'";
  const auto expect_valid = [](const std::string& text) { EXPECT_NO_THROW(Json(text).dump()) << text; };
  const auto ran = run_madsearch("run '" + strange + "/caf\xe9.yaml' --no-forecast --out " + out);
  EXPECT_EQ(ran.code, 0) << ran.err;
  expect_valid(ran.out);
  expect_valid(ran.err);
  const auto front = Json::parse(run_madsearch("front " + out + " --format json").out, nullptr, false);
  EXPECT_EQ(front["name"], "caf\xef\xbf\xbd");
  const std::string id = front["front"][0]["id"];
  for (const auto& command : {"check " + out, "show " + out + " " + id}) {
    const auto shown = run_madsearch(command + " --format json");
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_TRUE(Json::accept(shown.out)) << shown.out;
    expect_valid(run_madsearch(command).out);
  }
  for (const auto* command : {"front ", "check ", "resume ", "run "}) {
    const auto refused = run_madsearch(command + ("'" + strange + "/none'"));
    EXPECT_EQ(refused.code, 2) << command;
    expect_valid(refused.err);
  }
}

TEST(Front, MembersAreShownBesideThemselvesWithoutConvolutionsAlsoOfALongerSearch) {
  const StubRun stub;
  write_file(stub.config(), R"(battery: quick
stages: 4
seeds: ['[gated_delta_net swiglu]x2', '[mamba swiglu]x2']
primitives: [gated_delta_net, mamba, swiglu]
search: {evaluations: 12, population: 4, confirm_seeds: 5, confirm_members: 2}
pools: [{devices: cpu, slots: 2, command: "MADSEARCH_STUB=milliseconds=1 madsearch stub-worker"}]
)");
  const auto compared = [&] {
    int out = 0;
    const auto front = front_of(stub);
    for (const auto& member : front["front"]) {
      const auto& other = member["without_convolution"];
      if (other.is_null()) continue;
      ++out;
      EXPECT_EQ(other["outcome"], "ok");
      EXPECT_TRUE(other["difference"].is_number()) << other;
    }
    const auto checked = run_madsearch("check " + stub.out());
    EXPECT_EQ(checked.code, 0) << checked.out;
    return out;
  };
  const auto ran = stub.run();
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("what their scores owe"), std::string::npos) << ran.out;
  EXPECT_GT(compared(), 0);
  ASSERT_EQ(run_madsearch("resume " + stub.out() + " --evaluations +20 --quiet").code, 0);
  EXPECT_GT(compared(), 0);
}

TEST(Front, ShowsAndJudgesByTheSizesThatItMinimises) {
  const StubRun stub("objectives: [score, flops]\n");
  const auto ran = stub.run();
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("  FLOPs  "), std::string::npos) << ran.out;
  const std::string verdict = front_of(stub)["verdict"];
  EXPECT_EQ(verdict.find("state"), std::string::npos) << verdict;
  const auto csv = run_madsearch("front " + stub.out() + " --format csv").out;
  const auto first_line = csv.substr(0, csv.find('\n'));
  EXPECT_EQ(
      first_line,
      "id,score,95 % interval,not apart from,seeds,FLOPs,state at 4096,state at 48,parameters,bits/byte,origin,design");
}

TEST(Front, WritesNumbersInCsvWithoutSpaces) {
  EXPECT_EQ(run_madsearch("cost transformer++ --width 128 --length 2048 --format csv").out,
            "parameters,active,FLOPs,state,mad,at 4096,at 32768,off,design\n"
            "197120,197120,1882718208,524288,524288,1048576,8388608,+0.0 %,attention swiglu\n");
}

/// The third line of `front`'s heading and the one after it, once all trainings have been on `devices` in turn.
std::string about_devices(const StubRun& stub, const std::vector<std::string>& devices) {
  SQLite::Database store(stub.out() + "/search.db", SQLite::OPEN_READWRITE);
  for (std::size_t i = 0; i < devices.size(); ++i) {
    SQLite::Statement move(store, "UPDATE trainings SET device = ? WHERE rowid % ? = ?");
    move.bind(1, devices[i]);
    move.bind(2, static_cast<std::int64_t>(devices.size()));
    move.bind(3, static_cast<std::int64_t>(i));
    move.exec();
  }
  const auto text = run_madsearch("front " + stub.out() + " --no-plot").out;
  const auto begins = text.find("trained on ");
  return begins == std::string::npos ? "" : text.substr(begins, text.find('\n', begins) - begins);
}

TEST(Front, SaysWhereTheSameSeedNeedNotGiveTheSameDigits) {
  const StubRun stub;
  ASSERT_EQ(run_madsearch("run " + stub.config() + " --out " + stub.out() + " --no-forecast --quiet").code, 0);
  EXPECT_EQ(about_devices(stub, {"cpu"}), "");
  EXPECT_EQ(about_devices(stub, {"cuda:0 NVIDIA H100", "cuda:1 NVIDIA H100"}),
            "trained on cuda NVIDIA H100; attention over more than 256 tokens adds in no fixed order there: the same "
            "seed may end elsewhere");
  EXPECT_EQ(about_devices(stub, {"cuda:0 NVIDIA H100", "cpu"}),
            "trained on cpu and cuda NVIDIA H100, which round differently: the same seed may end elsewhere");
  EXPECT_EQ(front_of(stub)["devices"], (nlohmann::json{"cpu", "cuda NVIDIA H100"}));
}

TEST(Front, SaysThatShortPretrainingsDontTell) {
  const StubRun stub;
  ASSERT_EQ(run_madsearch("run " + stub.config() + " --out " + stub.out() + " --no-forecast --quiet").code, 0);
  const auto after = [&](std::int64_t tokens) {
    Store(stub.out() + "/search.db", Store::Mode::kWrite)
        .put(PretrainingRecord{.hash = "x", .text = "gru", .bits_per_byte = 2.5, .tokens = tokens});
    return run_madsearch("front " + stub.out() + " --no-plot").out;
  };
  const std::string said =
      " tokens bits per byte say how fast a design picks up common words, not which is the better model: "
      "docs/truth.md\n";
  EXPECT_NE(after(565'248).find("\n  after 565 248" + said), std::string::npos);
  EXPECT_EQ(after(13'300'000).find(said), std::string::npos);
}

TEST(Front, ShowsItsFrontWhereItsDataIsGone) {
  const StubRun stub("pretrain: {members: 1, data: data, flops: 1e9, parameters: 5000}\n");
  std::filesystem::create_directory(stub.path("data"));
  write_file(stub.path("data/speech.txt"), "Four score");
  ASSERT_EQ(stub.run().code, 0);
  std::filesystem::rename(stub.path("data"), stub.path("elsewhere"));
  const auto longer = "resume " + stub.out() + " --quiet";
  const auto ran = run_madsearch(longer + " --evaluations +4");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "there is no data at " + stub.path("data").string() +
                         "; what is finished is saved, and `madsearch resume " + stub.out() +
                         " --config FILE` goes on with the data where FILE says that it is now\n");
  EXPECT_NE(ran.out.find("hand designs, on the front or not"), std::string::npos) << ran.out;
  auto moved = read_file(stub.config());
  moved.replace(moved.find("data: data"), 10, "data: elsewhere");
  write_file(stub.config(), moved);
  const auto found = run_madsearch(longer + " --config " + stub.config());
  EXPECT_EQ(found.code, 0) << found.err;
  EXPECT_EQ(front_of(stub)["evaluated"], 16);
}

}  // namespace
}  // namespace madsearch
