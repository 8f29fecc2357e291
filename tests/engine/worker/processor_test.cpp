#include "engine/worker/processor.h"

#include <gtest/gtest.h>

#include "primitives/kernels/built_for.h"

namespace madsearch {
namespace {

TEST(Processor, OfThisMachineRunsWhatItBuilt) {
  EXPECT_EQ(processor_refusal(), "");
  EXPECT_EQ(names_of(kernels::kBuiltFor & processor_features()), built_for());
}

TEST(Processor, ThatLacksAFeatureIsRefusedByName) {
  EXPECT_EQ(names_of(0b11), "sse3 ssse3");
  EXPECT_EQ(processor_refusal(0, 0), "");
  EXPECT_EQ(processor_refusal(0b01, 0b11), "");
  EXPECT_EQ(processor_refusal(0b11, 0b01),
            "this program was built for another processor: this one lacks ssse3; build it on this machine, or with "
            "-DMADSEARCH_NATIVE=OFF for all");
}

}  // namespace
}  // namespace madsearch
