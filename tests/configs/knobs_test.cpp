#include "configs/knobs.h"

#include <gtest/gtest.h>

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
  for (const auto* text : {"", "4x", "1/0", "1/-2", "a-b", "1.5", "/", "3/"})
    EXPECT_FALSE(KnobValue::parse(text)) << text;
}

TEST(KnobValue, RoundsARatioOfTheWidth) {
  EXPECT_EQ(KnobValue(8, 3).of(32), 85);
  EXPECT_EQ(KnobValue(3).of(32), 96);
}

TEST(Settings, NamesAKnobThatIsMissing) { EXPECT_THROW(Settings().at("heads"), std::invalid_argument); }

}  // namespace
}  // namespace madsearch
