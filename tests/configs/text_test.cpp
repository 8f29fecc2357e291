#include "configs/text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

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

TEST(DidYouMean, FindsTheNearestName) {
  EXPECT_EQ(did_you_mean("manba", {"gla", "mamba"}), "\n  did you mean \"mamba\"?");
  EXPECT_EQ(did_you_mean("zebra", {"gla", "mamba"}), "");
}

TEST(DidYouMean, ComparesNoTextThatIsLongerThanAnyName) {
  const std::string long_name(3'000'000, 'a');  // the distance to each would take minutes
  EXPECT_EQ(did_you_mean(long_name, std::vector<std::string>(3, long_name)), "");
  EXPECT_EQ(did_you_mean("mamba", {long_name, "mamba"}), "\n  did you mean \"mamba\"?");
}

TEST(Text, QuotesAWordOfTheUsers) {
  EXPECT_EQ(in_quotes("popluation"), "\"popluation\"");
  EXPECT_EQ(in_quotes("a\nb"), "\"a b\"");
  EXPECT_EQ(in_quotes(std::string(3'000'000, 'x')), "\"" + std::string(97, 'x') + "...\"");
}

TEST(Text, ReadsAnIntegerThatIsWrittenAsThisProgramWritesIt) {
  EXPECT_EQ(integer_of("0"), 0);
  EXPECT_EQ(integer_of("-12"), -12);
  EXPECT_EQ(integer_of("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(integer_of("-9223372036854775808"), INT64_MIN);
  for (const auto* text :
       {"", "010", "-0", "+5", "0x10", "1e3", "48.7", "7 ", " 7", "7a", "1_000", "9223372036854775808"})
    EXPECT_FALSE(integer_of(text)) << text;
}

TEST(Text, ReadsANumberInDecimalNotation) {
  EXPECT_EQ(number_of("1e-3"), 0.001);
  EXPECT_EQ(number_of("-2.5"), -2.5);
  EXPECT_EQ(number_of("010"), 10);
  for (const auto* text : {"", "nan", "inf", ".inf", "1e400", "0x1p3", "1,5", "1 ", "one"})
    EXPECT_FALSE(number_of(text)) << text;
}

TEST(Text, ReadsBackEveryIntegerAndNothingLonger) {
  EXPECT_TRUE(rc::check([](std::int64_t value) {
    RC_ASSERT(integer_of(std::to_string(value)) == value);
    RC_ASSERT(!integer_of("0" + std::to_string(value)));
  }));
}

TEST(Printable, LeavesLettersOfAllLengthsAsTheyAre) {
  const std::string text = "Grüße, 状態, 𝛼 ~";
  EXPECT_EQ(printable(text), text);
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, MakesOneLineOfSeveral) { EXPECT_EQ(printable("one\ntwo\r\n\tthree"), "one two   three"); }

TEST(Printable, WritesControlCharactersAsBytes) {
  EXPECT_EQ(printable("\x1b[2Jgone\x07\x7f"), "\\x1b[2Jgone\\x07\\x7f");
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\xc2\\x9b31m");  // one byte of C1 is ESC [ to some terminals
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a\\xe2\\x80\\xae"
            "b");  // what follows would be shown backwards
  EXPECT_EQ(printable("a\xe2\x80\xa8"
                      "b"),
            "a\\xe2\\x80\\xa8"
            "b");  // a line's end
}

TEST(Printable, WritesWhatIsNoUtf8AsBytes) {
  EXPECT_EQ(printable("caf\xe9.yaml"), "caf\\xe9.yaml");             // Latin-1
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");                    // a slash in two bytes
  EXPECT_EQ(printable("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");           // in three
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // half of a pair of UTF-16
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above the last code
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("end\xe7\x8a"), "end\\xe7\\x8a");  // cut off
}

TEST(Printable, IsBoundedAndCutsBetweenLetters) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abc...");
  EXPECT_EQ(printable("aäöü", 6), "aä...");
  EXPECT_EQ(printable("ab\x1b\x1b\x1b", 7), "ab...");
  EXPECT_EQ(printable("abc", 2), "..");
  EXPECT_EQ(printable(std::string(5'000'000, 'x')).size(), 2000u);
}

TEST(Duration, IsInTheUnitThatPeopleUse) {
  EXPECT_EQ(duration(0.6), "1 s");
  EXPECT_EQ(duration(119), "119 s");
  EXPECT_EQ(duration(120), "2 min");
  EXPECT_EQ(duration(7100), "118 min");
  EXPECT_EQ(duration(9000), "2.5 h");
}

}  // namespace
}  // namespace madsearch
