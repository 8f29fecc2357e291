#include "search/architecture/windows.h"

#include <gtest/gtest.h>

#include "primitives/shared_knobs.h"
#include "primitives/table.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

Settings windowed(const KnobValue& window, std::int64_t sinks) {
  auto out = find_primitive("attention")->defaults();
  out.set("window", window);
  out.set("sinks", sinks);
  return out;
}

/// Beyond one quarter of its sequences a fraction is refused, whatever their length.
TEST(Windows, OfAFractionAreAQuarterAtMost) {
  for (const std::int64_t most : {1, 6, 16, 1000}) {
    EXPECT_EQ(too_wide(windowed(KnobValue(1, 4), 0), most), "");
    EXPECT_EQ(too_wide(windowed(KnobValue(10, 39), 0), most).empty(), false) << most;
  }
  EXPECT_EQ(too_wide(windowed(KnobValue(10, 39), 0), 0), "");
  EXPECT_EQ(too_wide(windowed(KnobValue(1, 2), 0), 6), "window=1/2 is above a quarter of 24 tokens");
  EXPECT_EQ(too_wide(windowed(7, 0), 6), "window=7 is above 6");
  EXPECT_EQ(too_wide(find_primitive("gla")->defaults(), 6), "");
}

/// What keeps the limit reads no whole sequence that is longer than the limit.
TEST(Windows, ThatKeepTheLimitCoverNoSequenceBeyondIt) {
  for (std::int64_t most = 1; most < 20; ++most)
    for (std::int64_t sinks = 0; sinks < 6; ++sinks)
      for (const auto& window : {KnobValue(1), KnobValue(6), KnobValue(1, 100), KnobValue(1, 8), KnobValue(1, 4)}) {
        const auto set = windowed(window, sinks);
        if (!too_wide(set, most).empty()) continue;
        for (std::int64_t length = most + 1; length < 300; ++length) ASSERT_LT(tokens_read(set, length), length);
      }
}

TEST(Windows, ThatCoverASequenceAreNamed) {
  const auto found = [](const char* design, std::int64_t length) { return covering_window(parse(design), length); };
  EXPECT_EQ(found("mamba swiglu attention swiglu", 8), "");
  EXPECT_EQ(found("mamba swiglu attention{window=16} swiglu", 17), "");
  EXPECT_EQ(found("mamba swiglu (attention{window=16} + mamba)", 16), "window=16");
  EXPECT_EQ(found("attention{window=7/8} swiglu", 8), "");
  EXPECT_EQ(found("attention{window=7/8} swiglu", 7), "window=7/8");
  EXPECT_EQ(found("attention{window=1/8} attention{window=7/8, sinks=1}", 8), "window=7/8 and sinks=1");
}

TEST(Windows, AreCountedWhereALengthIsSaid) {
  const auto genome = parse("attention{window=1/8} attention{window=5} attention mamba");
  EXPECT_EQ(text(counted_windows(genome, 32)), "attention{window=4} attention{window=5} attention mamba");
}

}  // namespace
}  // namespace madsearch
