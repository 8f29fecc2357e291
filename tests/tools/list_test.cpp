// `madsearch list`.
#include <gtest/gtest.h>

#include "program.h"

namespace madsearch {
namespace {

TEST(List, ThePageOfPrimitivesIsFresh) {
  const auto ran = run_madsearch("list primitives --page");
  EXPECT_EQ(ran.code, 0);
  EXPECT_TRUE(ran.out == read_file(in_source("docs/primitives.md")))
      << "make it anew: build/madsearch list primitives --page > docs/primitives.md";
}

TEST(List, APrimitiveIsListedWithItsDataSheet) {
  const auto ran = run_madsearch("list primitives gla");
  EXPECT_EQ(ran.code, 0);
  EXPECT_NE(ran.out.find("S_t = diag(exp a_t) S_{t-1} + k_tᵀ v_t"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("gate_rank   16, 8"), std::string::npos) << ran.out;
  EXPECT_EQ(run_madsearch("list primitives glaa").err, "unknown primitive \"glaa\"\n  did you mean \"gla\"?\n");
}

}  // namespace
}  // namespace madsearch
