#include "engine/text/separator.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace madsearch {
namespace {

TEST(Separator, ReadsWhatItWrites) {
  for (const auto* text : {"", "none", "0", "50256", "2147483647"}) {
    const auto separator = Separator::parse(text);
    ASSERT_TRUE(separator) << text;
    EXPECT_EQ(separator->text(), text);
  }
  EXPECT_TRUE(Separator().is_own());
  EXPECT_FALSE(Separator::parse("0")->is_own());  // 0 is a token: GPT-NeoX's <|endoftext|>
  EXPECT_EQ(Separator::parse("50256"), Separator::token(50256));
}

TEST(Separator, RefusesWhatIsNoToken) {
  for (const auto* text : {"-1", "050256", "2147483648", "None", "<|endoftext|>", "1.0", " "})
    EXPECT_FALSE(Separator::parse(text)) << text;
  EXPECT_THROW(Separator::token(-1), std::invalid_argument);
  EXPECT_THROW(Separator::token(std::int64_t{1} << 31), std::invalid_argument);
}

}  // namespace
}  // namespace madsearch
