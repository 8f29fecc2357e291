#include "configs/reader.h"

#include <gtest/gtest.h>

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

TEST(Reader, RefusesAnEmptyFile) { EXPECT_THROW(Reader::text("", "empty.yaml"), ConfigError); }

TEST(Reader, PointsAtWhatIsNotYaml) { EXPECT_THROW(Reader::text("a: [1, 2", "broken.yaml"), ConfigError); }

}  // namespace
}  // namespace madsearch
