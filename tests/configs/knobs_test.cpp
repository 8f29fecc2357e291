#include "configs/knobs.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <stdexcept>

namespace madsearch {
namespace {

TEST(KnobValue, IsKeptInLowestTerms) {
  EXPECT_EQ(KnobValue(16, 6), KnobValue(8, 3));
  EXPECT_EQ(KnobValue(16, 6).text(), "8/3");
  EXPECT_EQ(KnobValue(8, 4), KnobValue(2));
}

TEST(KnobValue, ReadsWhatItWrites) {
  for (const auto* text : {"0", "4", "8/3", "auto", "elementwise_product", "t2r"}) {
    const auto value = KnobValue::parse(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(value->text(), text);
  }
}

TEST(KnobValue, RefusesWhatIsNoValue) {
  for (const auto* text : {"", "4x", "1/0", "1/-2", "a-b", "1.5", "/", "3/", "04", "+4", "1000000001",
                           "9223372036854775807/9223372036854775806", "-9223372036854775808/3"})
    EXPECT_FALSE(KnobValue::parse(text)) << text;
}

TEST(KnobValue, RoundsARatioOfTheWidth) {
  EXPECT_EQ(KnobValue(8, 3).of(32), 85);
  EXPECT_EQ(KnobValue(3).of(32), 96);
}

TEST(KnobValue, RoundsAShareOfTheLengthUp) {
  EXPECT_EQ(KnobValue(1, 8).share_of(64), 8);
  EXPECT_EQ(KnobValue(1, 8).share_of(65), 9);
  EXPECT_EQ(KnobValue(1, 1000).share_of(1), 1);
  EXPECT_EQ(KnobValue(999'999'999, 1'000'000'000).share_of(INT64_MAX), 9'223'372'027'631'403'771);
  EXPECT_THROW(KnobValue("none").share_of(8), std::invalid_argument);
}

TEST(KnobValue, SaysWhereItsProductIsBeyond64Bits) {
  EXPECT_EQ(KnobValue(INT64_MAX, INT64_MAX - 1).of(1), 1);
  EXPECT_THROW(KnobValue(INT64_MAX, 2).of(3), std::invalid_argument);
  EXPECT_THROW(KnobValue(INT64_MIN, 3), std::invalid_argument);
  EXPECT_THROW(KnobValue(1, 0), std::invalid_argument);
}

TEST(KnobValue, RoundsEveryRatioThatATextMayHave) {
  EXPECT_TRUE(rc::check([](std::int64_t numerator, std::int64_t denominator, std::int64_t width) {
    numerator = std::abs(numerator % (KnobValue::kMost + 1));
    denominator = std::abs(denominator % KnobValue::kMost) + 1;
    width = std::abs(width % 65'537);
    const auto value = KnobValue::parse(std::to_string(numerator) + "/" + std::to_string(denominator));
    RC_ASSERT(value.has_value());
    const auto exact =
        static_cast<long double>(numerator) * static_cast<long double>(width) / static_cast<long double>(denominator);
    RC_ASSERT(std::abs(static_cast<long double>(value->of(width)) - exact) <= 1.0L);
    RC_ASSERT(KnobValue::parse(value->text()) == *value);
  }));
}

TEST(KnobValue, ReadsAnyTextOrNone) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    if (const auto value = KnobValue::parse(text)) RC_ASSERT(KnobValue::parse(value->text()) == *value);
  }));
}

TEST(Settings, NamesAKnobThatIsMissing) { EXPECT_THROW(Settings().at("heads"), std::invalid_argument); }

}  // namespace
}  // namespace madsearch
