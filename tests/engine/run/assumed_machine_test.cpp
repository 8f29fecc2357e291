#include "engine/run/assumed_machine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "configs/errors.h"
#include "configs/folder.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

AssumedMachine machine(const std::string& yaml) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/mine.yaml";
  std::ofstream(file) << yaml;
  return assumed_machine(file, in_source("configs"));
}

std::string refusal(const std::string& yaml) {
  try {
    machine(yaml);
  } catch (const ConfigError& error) {
    const std::string what = error.what();
    return what.substr(what.find("mine.yaml"));
  }
  return "read";
}

TEST(AssumedMachine, TakesStepsBetweenThoseMeasured) {
  const auto found = machine(
      "name: mine\nblocks: 2\nsteps:\n  - {length: 100, batch: 40, milliseconds: 8}\n"
      "  - {length: 100, batch: 10, milliseconds: 4}\nmemory_mib: 8\n");
  EXPECT_DOUBLE_EQ(step_seconds(found, 10), 0.002) << "as long as the shortest";
  EXPECT_DOUBLE_EQ(step_seconds(found, 1000), 0.002);
  EXPECT_NEAR(step_seconds(found, 2000), 0.002 * std::sqrt(2), 1e-12) << "half way, in logarithms";
  EXPECT_DOUBLE_EQ(step_seconds(found, 4000), 0.004);
  EXPECT_DOUBLE_EQ(step_seconds(found, 8000), 0.008);
  EXPECT_DOUBLE_EQ(found.bytes_of_token, 8.0 * (1 << 20) / 2 / 4000);
}

TEST(AssumedMachine, RefusesWhatItCantRead) {
  EXPECT_EQ(refusal("name: mine\n"), "mine.yaml: a machine needs a step that was measured");
  const auto unknown = refusal("name: mine\nstep: []\n");
  EXPECT_NE(unknown.find("a machine needs a step"), std::string::npos) << unknown;
  const auto misspelt = refusal("name: mine\nsteps:\n  - {lenght: 128, milliseconds: 1}\n");
  EXPECT_NE(misspelt.find("did you mean \"length\"?"), std::string::npos) << misspelt;
  try {
    assumed_machine("h10", in_source("configs"));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(std::string(error.what()), "unknown machine \"h10\" in " + in_source("configs/machines") +
                                             "\n  expected one of: h100\n  did you mean \"h100\"?");
  }
}

TEST(AssumedMachine, AllThatShipCanBeRead) {
  for (const auto& file : shipped_files(in_source("configs"), "machines")) {
    const auto found = assumed_machine(file.stem().string(), in_source("configs"));
    EXPECT_GE(found.steps.size(), 2u) << file;
    EXPECT_GT(found.bytes_of_token, 0) << file;
  }
}

}  // namespace
}  // namespace madsearch
