#include "configs/folder.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "configs/errors.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

class ConfigsFolder : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(prefix_ / "bin"); }
  void TearDown() override { fs::remove_all(prefix_); }

  const fs::path prefix_ = fs::path(testing::TempDir()) / ("configs_folder_" + std::to_string(getpid()));
};

TEST_F(ConfigsFolder, IsTheOneThatWasInstalledWithTheProgram) {
  fs::create_directories(prefix_ / "share/madsearch/configs");
  EXPECT_EQ(configs_folder_of(prefix_ / "bin/madsearch"), prefix_ / "share/madsearch/configs");
}

TEST_F(ConfigsFolder, IsThatOfTheSourcesForAProgramThatWasNotInstalled) {
  EXPECT_EQ(configs_folder_of(prefix_ / "bin/madsearch"), fs::path(in_source("configs")));
}

TEST_F(ConfigsFolder, IsNamedByTheEnvironmentBeforeAll) {
  ::setenv("MADSEARCH_CONFIGS", "/somewhere/else", 1);
  EXPECT_EQ(configs_folder(), fs::path("/somewhere/else"));
  ::unsetenv("MADSEARCH_CONFIGS");
  EXPECT_EQ(configs_folder(), fs::path(in_source("configs")));
}

TEST_F(ConfigsFolder, WhatShipsIsMissedInASentence) {
  try {
    shipped_files("/nowhere", "batteries");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "the batteries that ship with madsearch are looked for in /nowhere/batteries: No such file or "
                 "directory; MADSEARCH_CONFIGS can name another folder of configs");
  }
}

}  // namespace
}  // namespace madsearch
