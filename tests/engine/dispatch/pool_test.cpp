#include "engine/dispatch/pool.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(Pool, OfACommandWithALauncherIsElsewhere) {
  for (const char* command :
       {"srun -n1 --gres=gpu:1 madsearch-worker", "cd /data && exec /opt/slurm/bin/srun -n1 worker",
        "OMP_NUM_THREADS=4 srun madsearch-worker"})
    EXPECT_EQ(launcher_in(command), "srun") << command;
  EXPECT_EQ(launcher_in("ssh node7 madsearch-worker"), "ssh");
  for (const char* command : {"madsearch-worker", "nice madsearch-worker --no-cuda-graphs", "/home/srun/bin/worker"})
    EXPECT_EQ(launcher_in(command), "") << command;
}

TEST(Pool, ElsewhereHasACopyForEachSlotThatThereWouldBeHere) {
  const auto here = pool_of("madsearch-worker", {"cuda:0", "cuda:1"}, 3);
  EXPECT_EQ(here.name, "local");
  EXPECT_FALSE(here.elsewhere());
  EXPECT_EQ(here.size(), 6);
  const auto there = pool_of("srun -n1 madsearch-worker", {"cuda:0", "cuda:1"}, 3);
  EXPECT_EQ(there.name, "srun");
  EXPECT_TRUE(there.elsewhere());
  EXPECT_EQ(there.size(), 6);
}

}  // namespace
}  // namespace madsearch
