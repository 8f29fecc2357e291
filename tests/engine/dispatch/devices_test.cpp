#include "engine/dispatch/devices.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "configs/errors.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

TEST(Devices, AreCheckedWhenTheyAreRead) {
  EXPECT_EQ(resolve_devices({"cpu", "cuda:1"}), (std::vector<std::string>{"cpu", "cuda:1"}));
  EXPECT_FALSE(resolve_devices({"auto"}).empty());
  for (const char* wrong : {"cuda:x", "cuda:", "gpu", "CUDA:0", "cuda:-1", "cuda:99999"}) {
    try {
      resolve_devices({wrong});
      FAIL() << wrong;
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.what(), "unknown device \"" + std::string(wrong) + "\"; expected auto, cpu or cuda:N");
    }
  }
}

/// A machine as nvidia-smi and the driver's files show it. Other tests don't see it.
class Machine {
 public:
  explicit Machine(const std::string& driver_line) : path_(getenv("PATH")) {
    if (!driver_line.empty()) write("driver/version", driver_line + "\nGCC version: 12.2.0\n");
    nvidia_smi("exit 9");
    setenv("PATH", (folder_.path + ":" + path_).c_str(), 1);
    unsetenv("CUDA_VISIBLE_DEVICES");
  }
  ~Machine() {
    setenv("PATH", path_.c_str(), 1);
    unsetenv("CUDA_VISIBLE_DEVICES");
  }

  void nvidia_smi(const std::string& script) {
    write("nvidia-smi", "#!/bin/sh\n" + script + "\n");
    std::filesystem::permissions(folder_.path + "/nvidia-smi", std::filesystem::perms::all);
  }
  void write(const std::string& file, const std::string& text) {
    const auto path = std::filesystem::path(folder_.path) / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::string driver() const { return folder_.path + "/driver"; }
  std::vector<std::string> devices() const { return resolve_devices({"auto"}, driver()); }
  std::string refusal() const {
    try {
      devices();
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  }

 private:
  TemporaryFolder folder_;
  std::string path_;
};

const std::string kNewDriver =
    "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (root@host)";
const std::string kOldDriver =
    "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023";

TEST(Devices, AutoIsTheGpusOfNvidiaSmiThatAreAllowed) {
  Machine machine(kNewDriver);
  machine.nvidia_smi("echo 'GPU 0: NVIDIA H100 (UUID: GPU-1)'; echo 'GPU 1: NVIDIA H100 (UUID: GPU-2)'");
  EXPECT_EQ(machine.devices(), (std::vector<std::string>{"cuda:0", "cuda:1"}));
  setenv("CUDA_VISIBLE_DEVICES", "1", 1);
  EXPECT_EQ(machine.devices(), std::vector<std::string>{"cuda:0"});
  for (const char* none : {"", "-1"}) {
    setenv("CUDA_VISIBLE_DEVICES", none, 1);
    EXPECT_EQ(machine.devices(), std::vector<std::string>{"cpu"});
  }
}

TEST(Devices, AutoAsksTheDriverWithoutNvidiaSmi) {
  Machine machine(kNewDriver);
  machine.write("driver/gpus/0000:41:00.0/information", "Model: \t\t NVIDIA A100\nIRQ:   \t\t 99\n");
  machine.write("driver/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 98\n");
  EXPECT_EQ(nvidia_gpus(machine.driver()),
            (std::vector<std::string>{"GPU 0: NVIDIA H100 80GB HBM3", "GPU 1: NVIDIA A100"}));
  EXPECT_EQ(machine.devices(), (std::vector<std::string>{"cuda:0", "cuda:1"}));
}

TEST(Devices, AutoIsTheCpuOnlyWhereNoDriverIsLoaded) {
  EXPECT_EQ(Machine("").devices(), std::vector<std::string>{"cpu"});
  EXPECT_EQ(Machine(kNewDriver).refusal(),
            "no GPU is found, though NVIDIA's driver 580.65.06 is loaded: see what nvidia-smi says, or ask for cpu");
  EXPECT_EQ(Machine(kOldDriver).refusal(),
            "the NVIDIA driver is 535.104.05, and 580 is the oldest that serves: update it, or ask for cpu");
}

TEST(Devices, HaveSlotsForWhatTheMachineMayUse) {
  EXPECT_GE(default_slots({"cpu"}), 1);
  EXPECT_EQ(default_slots({"cuda:0", "cuda:1"}, {.processors = 16}), 1);
  EXPECT_EQ(default_slots({"cpu"}, {.processors = 16}), 16);
  EXPECT_EQ(default_slots({"cpu"}, {.processors = 1.5}), 1);
  EXPECT_EQ(default_slots({"cpu"}, {.processors = 0.5}), 1);
  EXPECT_EQ(default_slots({"cpu"}, {.processors = 16, .memory_bytes = std::int64_t{2} << 30}), 4);
  EXPECT_EQ(default_slots({"cpu"}, {.processors = 16, .memory_bytes = 1 << 20}), 1);
}

TEST(Devices, AWorkerSeesItsOwnGpuOnly) {
  unsetenv("CUDA_VISIBLE_DEVICES");
  EXPECT_EQ(worker_environment("cuda:3")["CUDA_VISIBLE_DEVICES"], "3");
  EXPECT_EQ(worker_environment("cuda:3")["MADSEARCH_DEVICE"], "cuda");
  EXPECT_EQ(worker_environment("cpu")["MADSEARCH_DEVICE"], "cpu");
  EXPECT_EQ(worker_environment("cpu")["OMP_NUM_THREADS"], "1");
  setenv("CUDA_VISIBLE_DEVICES", "5,GPU-1f", 1);
  EXPECT_EQ(worker_environment("cuda:1")["CUDA_VISIBLE_DEVICES"], "GPU-1f");
  EXPECT_THROW(worker_environment("cuda:2"), ConfigError);
  unsetenv("CUDA_VISIBLE_DEVICES");
}

}  // namespace
}  // namespace madsearch
