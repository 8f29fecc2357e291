#include "search/architecture/drawing.h"

#include <gtest/gtest.h>

#include <set>

#include "primitives/table.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

std::size_t times(const std::string& part, const std::string& text) {
  std::size_t out = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++out;
  return out;
}

TEST(Drawing, HasABoxForEveryBlockWithTheKnobsThatAreNotDefaults) {
  const auto picture = svg(parse("attention{heads=2} (mamba + gla swiglu){merge=sum} swiglu"), "a & b");
  EXPECT_EQ(times("<rect x=", picture), 5u);
  EXPECT_EQ(times(">heads=2</text>", picture), 1u);
  EXPECT_EQ(times(">merge=sum</text>", picture), 1u);
  EXPECT_EQ(times("<title>a &amp; b</title>", picture), 1u);
  EXPECT_EQ(times("class=\"shared\"", picture), 0u);
}

TEST(Drawing, JoinsBlocksOfOneLabelByADashedLine) {
  const auto picture = svg(canonical(parse("attention@x swiglu attention@x attention@x:kv")), "");
  EXPECT_EQ(times("class=\"shared\"", picture), 2u);
  EXPECT_EQ(times(">@a</text>", picture), 2u);
  EXPECT_EQ(times(">@a:kv</text>", picture), 1u);
}

TEST(Drawing, PutsBranchesSideBySideAndBlocksAboveEachOther) {
  const auto picture = svg(parse("(identity + identity) identity"), "");
  std::set<std::string> columns;
  std::set<std::string> rows;
  for (auto at = picture.find("<rect x="); at != std::string::npos; at = picture.find("<rect x=", at + 1)) {
    columns.insert(picture.substr(at, picture.find(" y=", at) - at));
    rows.insert(picture.substr(picture.find(" y=", at), picture.find(" width=", at) - picture.find(" y=", at)));
  }
  EXPECT_EQ(columns.size(), 3u);
  EXPECT_EQ(rows.size(), 2u);
}

TEST(Drawing, HasAColourForEveryFamily) {
  for (const auto& primitive : primitives()) {
    const auto picture = svg(parse(primitive.name + "{}"), "");
    EXPECT_EQ(times("rx=\"4\" fill=\"#ffffff\"", picture), 0u) << primitive.family;
  }
}

}  // namespace
}  // namespace madsearch
