// What tools/setup decides before it installs anything.
#include <gtest/gtest.h>

#include "program.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

/// What tools/cuda reads from the driver's file of these lines, and whether it takes the CUDA build for it.
std::string decision(const std::string& lines) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/version";
  if (!lines.empty()) write_file(file, lines);
  const auto ran = run_program("bash -euc '. tools/cuda; v=$(cuda_driver " + file +
                               "); echo \"driver $v\"; if cuda_serves \"$v\"; then echo cuda; else echo cpu; fi'");
  return ran.out + ran.err;
}

TEST(Setup, TakesTheCudaBuildOnlyForADriverThatServes) {
  EXPECT_EQ(decision("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (root@host)\n"
                     "GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n"),
            "driver 580.65.06\ncuda\n");
  EXPECT_EQ(decision("NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\n"),
            "driver 535.104.05\ncpu\n");
  EXPECT_EQ(decision(""), "driver \ncpu\n");
}

}  // namespace
}  // namespace madsearch
