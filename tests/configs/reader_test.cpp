#include "configs/reader.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <functional>

namespace madsearch {
namespace {

struct SearchOptions {
  std::int64_t population;
  double crossover;
};

SearchOptions read(Reader in) {
  SearchOptions out{};
  out.population = in.integer("population", 20, 4, 10'000);
  out.crossover = in.real("crossover", 0.5, 0, 1);
  in.integer("evaluations", 100, 1, 1'000'000);
  in.integer("lag", 8, 1, 1024);
  in.finish();
  return out;
}

std::string message(const std::string& yaml) {
  try {
    read(Reader::text(yaml, "quick.yaml").child("search"));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Reader, TakesDefaultsForMissingKeys) {
  const auto options = read(Reader::text("search: {lag: 4}", "quick.yaml").child("search"));
  EXPECT_EQ(options.population, 20);
  EXPECT_EQ(options.crossover, 0.5);
}

TEST(Reader, SuggestsTheKeyThatWasMeant) {
  EXPECT_EQ(message("# a search\nsearch:\n  popluation: 20\n"),
            "quick.yaml:3:3: unknown key \"popluation\" in search\n"
            "  3 |   popluation: 20\n"
            "    |   ^^^^^^^^^^\n"
            "  expected one of: crossover, evaluations, lag, population\n"
            "  did you mean \"population\"?");
}

TEST(Reader, MakesNoSuggestionForAWordFarFromEveryKey) {
  EXPECT_EQ(message("search: {zebra: 1}"),
            "quick.yaml:1:10: unknown key \"zebra\" in search\n"
            "  1 | search: {zebra: 1}\n"
            "    |          ^^^^^\n"
            "  expected one of: crossover, evaluations, lag, population");
}

TEST(Reader, ShowsAValueOutOfRange) {
  EXPECT_EQ(message("search:\n  population: 2\n"),
            "quick.yaml:2:15: population must be an integer from 4 to 10000, not \"2\"\n"
            "  2 |   population: 2\n"
            "    |               ^");
}

TEST(Reader, RefusesAKeyThatAppearsTwice) {
  EXPECT_EQ(message("search:\n  lag: 2\n  lag: 3\n"),
            "quick.yaml:3:3: key \"lag\" appears twice in search\n"
            "  3 |   lag: 3\n"
            "    |   ^^^");
}

TEST(Reader, NamesAFileThatIsMissing) {
  try {
    Reader::file("/nowhere/quick.yaml");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "/nowhere/quick.yaml: no such file");
  }
}

/// The first line of what is said of a value of `key`, or what was read.
std::string said_of(const std::string& yaml) {
  try {
    auto in = Reader::text(yaml, "a.yaml");
    if (in.has("real")) return std::to_string(in.real("real", 0, 0, 10));
    if (in.has("list")) return std::to_string(in.integers("list", {}, 4, 64).size());
    return std::to_string(in.integer("integer", 0, 1, 1000));
  } catch (const ConfigError& error) {
    return std::string(error.what()).substr(0, std::string_view(error.what()).find('\n'));
  }
}

TEST(Reader, ReadsIntegersInDecimalDigitsAlone) {
  EXPECT_EQ(said_of("integer: 10"), "10");
  for (const auto* written : {"010", "0x10", "1e2", "10.0", "+10", "1_0"})
    EXPECT_EQ(said_of("integer: " + std::string(written)),
              "a.yaml:1:10: integer must be an integer from 1 to 1000, not \"" + std::string(written) + "\"");
  EXPECT_EQ(said_of("list: [48.7]"), "a.yaml:1:8: each of list must be an integer from 4 to 64, not \"48.7\"");
  EXPECT_EQ(said_of("list: {a: 1}"), "a.yaml:1:7: list must be an integer or a list of integers, not a mapping");
  EXPECT_EQ(said_of("list: [48, 64]"), "2");
}

TEST(Reader, SaysWhyAnIntegerWithALeadingZeroIsNone) {
  EXPECT_EQ(message("search:\n  population: 010\n"),
            "quick.yaml:2:15: population must be an integer from 4 to 10000, not \"010\"\n"
            "  2 |   population: 010\n"
            "    |               ^^^\n"
            "  an integer is written without leading zeros");
}

TEST(Reader, ReadsFiniteNumbersAlone) {
  EXPECT_EQ(said_of("real: 2.5e-1"), "0.250000");
  for (const auto* written : {".inf", ".nan", "nan", "1e999", "0x10", "1,5"})
    EXPECT_EQ(said_of("real: " + std::string(written)),
              "a.yaml:1:7: real must be a number from 0 to 10, not \"" + std::string(written) + "\"");
}

TEST(Reader, RefusesASecondDocument) {
  EXPECT_EQ(message("search: {lag: 2}\n---\nsearch: {lag: 3}\n"),
            "quick.yaml:3:1: a second document begins here; a file holds one\n"
            "  3 | search: {lag: 3}\n"
            "    | ^");
  EXPECT_EQ(message("{search: {lag: 2}},"),  // of which the library makes documents without end
            "quick.yaml:1:19: a second document begins here; a file holds one\n"
            "  1 | {search: {lag: 2}},\n"
            "    |                   ^");
  EXPECT_EQ(message("---\nsearch: {lag: 2}\n...\n"), "no error");
  EXPECT_EQ(message("search: {lag: 2}\n---\n"), "no error");
}

std::string many_keys(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += "key" + std::to_string(i) + ": 1\n";
  return out;
}

TEST(Reader, HasLimitsThatItNames) {
  EXPECT_EQ(said_of(many_keys(50'000)), "a.yaml:1001:1: more than 1000 keys in a.yaml");
  std::string list = "list: [";
  for (int i = 0; i < 1001; ++i) list += "8, ";
  EXPECT_EQ(said_of(list + "8]"), "a.yaml:1:7: list has 1002 entries; 1000 are the most");
  EXPECT_EQ(said_of("a: " + std::string(1 << 20, 'x')), "a.yaml: longer than 1048576 bytes, the most of a YAML file");
  EXPECT_EQ(said_of("a: " + std::string(10'500, '[')), "a.yaml: lists and mappings are nested too deeply");
  std::string dashes = "a:\n ";
  for (int i = 0; i < 10'500; ++i) dashes += "- ";
  EXPECT_EQ(said_of(dashes), "a.yaml: lists and mappings are nested too deeply");
}

TEST(Reader, ShortensWhatItQuotes) {
  const std::string word(500'000, 'x');
  EXPECT_LT(message("search: {" + word + ": 1}").size(), 600u);
  EXPECT_LT(message("search: {lag: " + word + "}").size(), 600u);
}

TEST(Reader, ReadsADeviceWithoutEnd) {
  try {
    Reader::file("/dev/zero");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "/dev/zero: longer than 1048576 bytes, the most of a YAML file");
  }
}

TEST(Reader, SaysThatAFileOfAnImpossibleNameIsMissing) {
  const auto name = std::string(300, 'x') + ".yaml";
  try {
    Reader::file(name);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.what(), name + ": no such file");
  }
}

TEST(Reader, ReadsAnyTextOrSaysWhyNot) {
  EXPECT_TRUE(rc::check([](const std::vector<std::string>& parts) {
    static const std::vector<std::string> words{"search: ", "lag: ", "- ", "\n",   "  ", "{",    "}",   "[",
                                                "]",        "&a ",   "*a", "\t",   "'",  "\"",   "? ",  "!!int ",
                                                "|",        "---\n", "#",  "<<: ", "3",  "\xff", "\r\n"};
    std::string yaml;
    for (const auto& part : parts) yaml += words[std::hash<std::string>{}(part) % words.size()] + part.substr(0, 2);
    try {
      read(Reader::text(yaml, "quick.yaml").child("search"));
    } catch (const ConfigError& error) {
      RC_ASSERT(std::string(error.what()).starts_with("quick.yaml"));
    }
  }));
}

TEST(Reader, RefusesAnEmptyFile) { EXPECT_THROW(Reader::text("", "empty.yaml"), ConfigError); }

TEST(Reader, PointsAtWhatIsNotYaml) { EXPECT_THROW(Reader::text("a: [1, 2", "broken.yaml"), ConfigError); }

}  // namespace
}  // namespace madsearch
