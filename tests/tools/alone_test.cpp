// A run's folder stands alone: nothing that it was made from is needed again, and what becomes of it changes nothing.
#include <gtest/gtest.h>

#include "program.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

/// A search whose battery and seeds are files beside its configuration, and one that a former run gave.
class Alone : public testing::Test {
 protected:
  Alone() {
    const auto battery = read_file(in_source("configs/batteries/quick.yaml"));
    write_file(path("mine.yaml"), battery);
    fs::create_directory(path("other"));
    write_file(path("gla.yaml"), "stripe: gla swiglu\n");
    write_file(path("other/gla.yaml"), "stripe: gla{heads=2} swiglu\n");
    run("former.yaml", "battery: quick\nseeds: [mamba-swiglu]\n", "former");
    run("search.yaml", kBatteryAndSeeds, "run");
    front_ = front_of("run");
  }

  static constexpr const char* kBatteryAndSeeds = "battery: mine.yaml\nseeds: [gla.yaml, other/gla.yaml, former]\n";

  fs::path path(const std::string& name) const { return folder_.path + "/" + name; }

  void write_config(const std::string& config, const std::string& what) const {
    write_file(path(config), what + R"(
stages: 2
search: {evaluations: 8, population: 4, confirm_seeds: 2, confirm_members: 1}
pools: [{devices: cpu, slots: 2, command: "MADSEARCH_STUB=milliseconds=1 madsearch stub-worker"}]
)");
  }

  void run(const std::string& config, const std::string& what, const std::string& folder) const {
    write_config(config, what);
    const auto ran = again(config, folder);
    ASSERT_EQ(ran.code, 0) << ran.err;
  }

  Ran again(const std::string& config, const std::string& folder, const std::string& more = "") const {
    return run_madsearch("run " + path(config).string() + " --out " + path(folder).string() + " --quiet" + more);
  }

  std::string front_of(const std::string& folder) const {
    const auto ran = run_madsearch("front " + path(folder).string() + " --format json");
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.out;
  }

  /// Whether the run is shown, checked and gone on with as ever, by a program without its configs.
  void expect_whole(const std::string& folder) const {
    EXPECT_EQ(front_of(folder), front_);
    for (const auto* command : {"check ", "resume --quiet "}) {
      const auto ran = run_program("env MADSEARCH_CONFIGS=/nowhere " + in_build("madsearch") + " " + command +
                                   path(folder).string());
      EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
    }
    EXPECT_EQ(front_of(folder), front_);
  }

  TemporaryFolder folder_;
  std::string front_;
};

TEST_F(Alone, WhatBecomesOfItsFilesChangesNothing) {
  write_file(path("mine.yaml"), "name: another\n");
  fs::remove(path("gla.yaml"));
  fs::remove_all(path("other"));
  fs::remove_all(path("former"));
  fs::remove(path("search.yaml"));
  expect_whole("run");
}

TEST_F(Alone, MovedCopiedAndLinkedFoldersAreTheSameRun) {
  fs::rename(path("run"), path("moved"));
  expect_whole("moved");
  fs::copy(path("moved"), path("copied"), fs::copy_options::recursive);
  expect_whole("copied");
  fs::create_directory_symlink(path("moved"), path("linked"));
  expect_whole("linked");
}

TEST_F(Alone, AnEditedSeedIsAnotherSearch) {
  write_file(path("other/gla.yaml"), "stripe: gla{heads=1} swiglu\n");
  const auto ran = again("search.yaml", "run", " --accept");
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("\n  seeds.2: gla = gla{"), std::string::npos) << ran.err;
}

TEST_F(Alone, SeedsInAnotherOrderAreAnotherSearch) {
  write_config("search.yaml", "battery: mine.yaml\nseeds: [other/gla.yaml, gla.yaml, former]\n");
  EXPECT_EQ(again("search.yaml", "run", " --accept").code, 2);
}

TEST_F(Alone, AFormerRunWithoutAFrontIsRefused) {
  write_config("empty.yaml", "battery: quick\nseeds: [mamba-swiglu]\nfeasible_above: 1\n");
  ASSERT_EQ(again("empty.yaml", "empty").code, 0);
  write_config("next.yaml", "battery: quick\nseeds: [empty]\n");
  const auto ran = again("next.yaml", "next");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err.substr(0, ran.err.find('\n')), path("next.yaml").string() + ":2:8: the run " +
                                                       path("empty").string() +
                                                       " has no front yet, so no design to begin with");
}

TEST_F(Alone, AConfigurationFromAPipeIsKept) {
  const auto out = path("piped").string();
  const auto command =
      "cat " + path("former.yaml").string() + " | " + in_build("madsearch") + " run /dev/stdin --quiet --out " + out;
  const auto ran = run_program("sh -c '" + command + "'");
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(read_file(path("piped/config.yaml")), read_file(path("former.yaml")));
  EXPECT_EQ(run_madsearch("check " + out).code, 0);
  EXPECT_EQ(run_madsearch("resume " + out + " --quiet").code, 0);
}

}  // namespace
}  // namespace madsearch
