#include "engine/run/memory_forecast.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(MemoryForecast, SaysWhatBecomesOfTrainingsThatAreTooLarge) {
  const std::int64_t gib = std::int64_t{1} << 30;
  EXPECT_EQ(to_text(MemoryForecast{"mamba3", 900.4, 0, "cpu"}), "memory: at most 900 MiB a training, with mamba3");
  EXPECT_EQ(to_text(MemoryForecast{"mamba3", 900, 2 * gib, "cpu"}),
            "memory: at most 900 MiB a training, with mamba3; a worker on cpu may take 2.0 GiB");
  EXPECT_EQ(to_text(MemoryForecast{"mamba3", 9000, 2 * gib, "cpu"}),
            "memory: at most 9000 MiB a training, with mamba3; a worker on cpu may take 2.0 GiB: what is larger is "
            "refused as out_of_memory");
  EXPECT_EQ(to_text(MemoryForecast{"moe", 9000, 2 * gib, "cuda:0 NVIDIA H100"}),
            "memory: at most 9000 MiB a training, with moe; a worker on cuda:0 NVIDIA H100 may take 2.0 GiB: of what "
            "is larger fewer replicas are computed at once");
}

}  // namespace
}  // namespace madsearch
