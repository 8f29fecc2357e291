#include "engine/dispatch/mps.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "configs/errors.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

WorkerOptions four_on(const std::string& device, const std::string& mode) {
  WorkerOptions out;
  out.pools[0].devices = {device};
  out.pools[0].slots = 4;
  out.mps = mode;
  return out;
}

/// A machine whose nvidia-cuda-mps-control writes down how it was called; or has none.
class MpsTest : public testing::Test {
 protected:
  MpsTest() : path_(getenv("PATH")) {
    unsetenv("CUDA_MPS_PIPE_DIRECTORY");
    setenv("CUDA_VISIBLE_DEVICES", "1", 1);
    setenv("PATH", (folder_.path + ":/usr/bin:/bin").c_str(), 1);
  }
  ~MpsTest() override {
    setenv("PATH", path_.c_str(), 1);
    unsetenv("CUDA_MPS_PIPE_DIRECTORY");
    unsetenv("CUDA_VISIBLE_DEVICES");
  }
  void install(int code) const {
    const auto program = folder_.path + "/nvidia-cuda-mps-control";
    std::ofstream(program) << "#!/bin/sh\n"
                              "if [ \"$1\" = -d ]; then said=started; else read said; fi\n"
                              "echo \"$said $CUDA_MPS_PIPE_DIRECTORY sees ${CUDA_VISIBLE_DEVICES-all}\" >> "
                           << folder_.path << "/calls\nexit " << code << "\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  }
  std::string calls() const {
    std::ifstream in(folder_.path + "/calls");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  TemporaryFolder folder_;
  std::string path_;
};

TEST_F(MpsTest, RunsAsLongAsItsWorkersAndWithPipesOfItsOwn) {
  install(0);
  std::string pipes;
  {
    const Mps mps(four_on("cuda:0", "auto"));
    EXPECT_EQ(mps.note(), "workers share a GPU through NVIDIA MPS, started for this run");
    pipes = mps.environment().at("CUDA_MPS_PIPE_DIRECTORY");
    EXPECT_TRUE(std::filesystem::is_directory(pipes));
    EXPECT_EQ(calls(), "started " + pipes + " sees all\n");
  }
  EXPECT_EQ(calls(), "started " + pipes + " sees all\nquit " + pipes + " sees all\n");
  EXPECT_FALSE(std::filesystem::exists(pipes));
}

TEST_F(MpsTest, IsNotStartedWhereNobodySharesAGpu) {
  install(0);
  auto alone = four_on("cuda:0", "on");
  alone.pools[0].slots = 1;
  EXPECT_EQ(Mps(alone).note(), "");
  EXPECT_EQ(Mps(four_on("cpu", "on")).note(), "");
  EXPECT_EQ(Mps(four_on("cuda:0", "off")).note(), "workers that share a GPU take turns on it (mps: off)");
  EXPECT_EQ(calls(), "");
}

TEST_F(MpsTest, LeavesAServiceOfTheUserAlone) {
  install(0);
  setenv("CUDA_MPS_PIPE_DIRECTORY", "/tmp/somebodys", 1);
  const Mps mps(four_on("cuda:0", "auto"));
  EXPECT_TRUE(mps.environment().empty());
  EXPECT_EQ(mps.note(), "workers share a GPU through the NVIDIA MPS that CUDA_MPS_PIPE_DIRECTORY names");
  EXPECT_EQ(calls(), "");
}

TEST_F(MpsTest, SaysWhyThereIsNone) {
  EXPECT_EQ(Mps(four_on("cuda:0", "auto")).note(),
            "workers that share a GPU take turns on it: there is no nvidia-cuda-mps-control on this machine");
  install(7);
  EXPECT_EQ(Mps(four_on("cuda:0", "auto")).note(),
            "workers that share a GPU take turns on it: nvidia-cuda-mps-control -d ended with exit code 7");
}

TEST_F(MpsTest, RefusesWhereItIsDemanded) {
  try {
    const Mps mps(four_on("cuda:0", "on"));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "mps is on, but there is no nvidia-cuda-mps-control on this machine");
  }
}

}  // namespace
}  // namespace madsearch
