#include "engine/dispatch/machine_limits.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <fstream>
#include <string>

#include "tests/support/folders.h"

namespace madsearch {
namespace {

class MachineLimitsTest : public ::testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) const {
    const auto path = std::filesystem::path(root_.path) / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  MachineLimits found() const { return machine_limits(root_.path); }
  static double of_the_mask() {
    cpu_set_t mask;
    EXPECT_EQ(sched_getaffinity(0, sizeof mask, &mask), 0);
    return CPU_COUNT(&mask);
  }

  TemporaryFolder root_;
};

TEST_F(MachineLimitsTest, AreThoseOfTheAffinityMaskWithoutGroups) {
  EXPECT_EQ(found().processors, of_the_mask());
  EXPECT_FALSE(found().memory_bytes);
}

TEST_F(MachineLimitsTest, KnowTheQuotaOfAContainer) {
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/cpu.max", "50000 100000\n");
  write("sys/fs/cgroup/memory.max", "1073741824\n");
  EXPECT_EQ(found().processors, 0.5);
  EXPECT_EQ(found().memory_bytes, std::int64_t{1} << 30);
}

TEST_F(MachineLimitsTest, AreTheLeastOfAGroupAndThoseAboveIt) {
  write("proc/self/cgroup", "0::/system.slice/job 7.service\n");
  write("sys/fs/cgroup/cpu.max", "max 100000\n");
  write("sys/fs/cgroup/system.slice/cpu.max", "75000 100000\n");
  write("sys/fs/cgroup/system.slice/memory.max", "max\n");
  write("sys/fs/cgroup/system.slice/job 7.service/cpu.max", "90000 100000\n");
  write("sys/fs/cgroup/system.slice/job 7.service/memory.max", "4096\n");
  EXPECT_EQ(found().processors, 0.75);
  EXPECT_EQ(found().memory_bytes, 4096);
}

TEST_F(MachineLimitsTest, KnowTheFirstVersionOfGroups) {
  write("proc/self/cgroup", "4:memory:/docker/1f\n3:cpu,cpuacct:/docker/1f\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "25000\n");  // the container sees its own group at the top
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(found().processors, 0.25);
  EXPECT_FALSE(found().memory_bytes);
}

TEST_F(MachineLimitsTest, AreNotTakenFromWhatIsNoLimit) {
  write("proc/self/cgroup", "0::/\n3:cpu:/\nnonsense\n");
  write("sys/fs/cgroup/cpu.max", "-1 100000\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  write("sys/fs/cgroup/memory.max", "");
  EXPECT_EQ(found().processors, of_the_mask());
  EXPECT_FALSE(found().memory_bytes);
}

TEST(MachineLimits, HoldOfThisMachineToo) {
  const auto found = machine_limits();
  EXPECT_GT(found.processors, 0);
  EXPECT_LE(found.processors, 1e6);
}

}  // namespace
}  // namespace madsearch
