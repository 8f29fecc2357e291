#include "engine/dispatch/devices.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <vector>

#include "configs/errors.h"

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
