#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/blocks.h"

namespace madsearch {
namespace {

/// Outputs and gradients of 512 tokens in float32 are finite and near those in float64: phases of S4D, S5 and Mamba-3
/// add up without drift.
TEST(StateSpaces, HoldInFloat32AtLength512) {
  constexpr std::int64_t T = 512;
  for (const std::string name : {"mamba", "mamba2", "mamba3", "s4d", "s5"}) {
    SCOPED_TRACE(name);
    expect_float32_near_float64(name, find_primitive(name)->defaults(), {32, T});
  }
}

}  // namespace
}  // namespace madsearch
