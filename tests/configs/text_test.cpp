#include "configs/text.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

TEST(Text, WritesSixteenHexadecimalDigits) {
  EXPECT_EQ(hexadecimal(0), "0000000000000000");
  EXPECT_EQ(hexadecimal(0x0123456789abcdef), "0123456789abcdef");
  EXPECT_EQ(hexadecimal(~std::uint64_t{0}), "ffffffffffffffff");
}

TEST(Text, JoinsWordsWithNothingAroundThem) {
  EXPECT_EQ(joined({}), "");
  EXPECT_EQ(joined({"a"}), "a");
  EXPECT_EQ(joined({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(joined({"a", "b"}, "+"), "a+b");
}

TEST(Text, SuggestsAWordOnlyWhereOneIsNear) {
  EXPECT_EQ(expected_one_of({"gla", "mamba"}, "manba"), "\n  expected one of: gla, mamba\n  did you mean \"mamba\"?");
  EXPECT_EQ(expected_one_of({"gla", "mamba"}, "zebra"), "\n  expected one of: gla, mamba");
}

}  // namespace
}  // namespace madsearch
