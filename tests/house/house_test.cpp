// The rules of the house, held against the repository as it is; and each rule against made-up texts, as it must be able
// to fail.
#include <gtest/gtest.h>

#include "tests/house/rooms.h"
#include "tests/house/rules.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

const Files& repository() {
  static const Files files = read_repository(in_source("."));
  return files;
}

std::string shown(const Complaints& complaints) {
  std::string out;
  for (const auto& complaint : complaints) out += "\n  " + complaint;
  return out;
}

#define EXPECT_HELD(complaints)                         \
  do {                                                  \
    const Complaints found = complaints;                \
    EXPECT_TRUE(found.empty()) << shown(found) << "\n"; \
  } while (false)

TEST(House, IsRead) {
  EXPECT_GT(repository().size(), 400u);
  EXPECT_TRUE(repository().count("primitives/table.cpp"));
  EXPECT_TRUE(repository().count("tools/check"));
  EXPECT_FALSE(repository().count("LICENSE"));
}

TEST(House, IncludesPointDownwards) { EXPECT_HELD(arrows(repository(), kRooms)); }

TEST(House, NoFilesIncludeEachOtherInACircle) { EXPECT_HELD(circles(repository(), kParts)); }

TEST(House, LibrariesStayBehindTheirDoors) { EXPECT_HELD(doors(repository(), kDoors)); }

TEST(House, DataSheetsAreReadWithoutLibTorch) { EXPECT_HELD(sheets_with_torch(repository())); }

TEST(House, CitesNoDocumentThatReadersDoNotHave) { EXPECT_HELD(missing_documents(repository())); }

TEST(House, LinesHaveAtMost120Characters) { EXPECT_HELD(long_lines(repository())); }

TEST(House, ALineDeclaresOneValue) { EXPECT_HELD(lists_of_declarations(repository())); }

TEST(House, ATypeIsDefinedOnce) { EXPECT_HELD(types_of_one_name(repository())); }

TEST(House, EverySourceIsCompiled) { EXPECT_HELD(unlisted_sources(repository())); }

TEST(House, TheMapShowsTheSameArrows) {
  EXPECT_NE(repository().at("docs/architecture.md").find(std::string("```") + kRooms + "```"), std::string::npos)
      << "copy the lines of kRooms (tests/house/rooms.h) into docs/architecture.md";
}

TEST(House, PathsThatAreNamedAreThere) { EXPECT_HELD(missing_paths(repository(), paths_below(in_source(".")))); }

// The rules themselves, on made-up texts.

const std::string kTwoRooms = R"(
top    > middle
         bottom
middle > bottom
bottom >
)";

TEST(HouseRules, AnArrowThatIsNotInTheTableIsRefused) {
  const Files files = {{"bottom/a.h", "#pragma once\n#include \"middle/b.h\"\n"}, {"middle/b.h", ""}};
  EXPECT_EQ(arrows(files, kTwoRooms),
            Complaints{"bottom/a.h:2: bottom may not include middle/b.h (middle); move the code down to where both may "
                       "see it, or, with a good reason, add the arrow to tests/house/rooms.h"});
}

TEST(HouseRules, ArrowsOfTheTableAndOfARoomToItselfAreHeld) {
  EXPECT_HELD(arrows({{"top/a.cpp", "#include <vector>\n#include \"b.h\"\n  #  include \"bottom/c.h\"\n"},
                      {"top/b.h", "#include \"middle/d.h\""},
                      {"bottom/c.h", ""},
                      {"middle/d.h", ""},
                      {"tests/bottom/c_test.cpp", "#include \"top/b.h\""}},
                     kTwoRooms));
}

TEST(HouseRules, AFileOfNoRoomAndAnIncludeOfNoFileAreRefused) {
  EXPECT_EQ(arrows({{"attic/a.h", ""}}, kTwoRooms),
            Complaints{"attic/a.h lies in no room: move it, or give its folder a row in tests/house/rooms.h"});
  EXPECT_EQ(arrows({{"top/a.h", "#include \"gone.h\""}}, kTwoRooms),
            Complaints{"top/a.h:1: there is no gone.h; write the path from the repository's root"});
}

TEST(HouseRules, ATableWhoseArrowPointsUpIsRefused) {
  EXPECT_EQ(arrows({}, "a > \nb > a\n"),
            Complaints{"tests/house/rooms.h: b may include a, which is no room further down: move the row, or drop the "
                       "arrow if it would close a circle"});
}

TEST(HouseRules, FamiliesDoNotKnowEachOtherAndAFileCanBeARoom) {
  const std::string table = "p/table.cpp > p/* p\np/* > p/ops p\np/ops >\np >\n";
  EXPECT_HELD(arrows({{"p/table.cpp", "#include \"p/x/a.h\"\n#include \"p/y/b.h\"\n#include \"p/table.h\"\n"},
                      {"p/table.h", ""},
                      {"p/x/a.h", "#include \"p/ops/o.h\"\n#include \"p/table.h\"\n#include \"p/x/c.h\""},
                      {"p/x/c.h", ""},
                      {"p/y/b.h", ""},
                      {"p/ops/o.h", ""}},
                     table));
  EXPECT_EQ(arrows({{"p/x/a.h", "#include \"p/y/b.h\""}, {"p/y/b.h", ""}}, table),
            Complaints{"p/x/a.h:1: p/x/ may not include another family's p/y/b.h; move what both need into layers/ or "
                       "beside the contract"});
  EXPECT_EQ(arrows({{"p/ops/o.h", "#include \"p/x/a.h\""}, {"p/x/a.h", ""}}, table).size(), 1u);
}

TEST(HouseRules, ACircleIsFoundThroughSourcesOfOneName) {
  EXPECT_EQ(
      circles({{"a/x.h", "#include \"a/y.h\""}, {"a/x.cpp", ""}, {"a/y.h", ""}, {"a/y.cpp", "#include \"a/x.h\""}}, ""),
      Complaints{"a/x -> a/y -> a/x include each other in a circle; move what they share into a file of its own"});
  EXPECT_HELD(circles({{"a/x.h", "#include \"a/y.h\""}, {"a/y.h", ""}, {"a/x.cpp", "#include \"a/x.h\""}}, ""));
  const Files with_part = {{"a/x.h", ""}, {"a/x.cpp", "#include \"a/fields.h\""}, {"a/fields.h", "#include \"a/x.h\""}};
  EXPECT_EQ(circles(with_part, "").size(), 1u);
  EXPECT_HELD(circles(with_part, "a/fields.h > a/x\n"));
}

TEST(HouseRules, ALibraryIsFoundAlsoThroughOurHeaders) {
  const std::string table = "JSON nlohmann/ > a/*.cpp b/*\n";
  const Files files = {{"a/x.cpp", "#include <nlohmann/json.hpp>"},
                       {"a/y.h", "#include <nlohmann/json.hpp>"},
                       {"b/z.h", "#include \"a/y.h\""},
                       {"c/z.cpp", "#include <vector>\n#include \"b/z.h\""},
                       {"tests/t.cpp", "#include <nlohmann/json.hpp>"}};
  const std::string advice =
      "), which stays behind a door: use what the files behind it offer, or, with a good reason, name the file in "
      "kDoors of tests/house/rooms.h";
  EXPECT_EQ(doors(files, table),
            (Complaints{"a/y.h includes JSON (<nlohmann/json.hpp>" + advice, "c/z.cpp includes JSON (b/z.h" + advice}));
}

TEST(HouseRules, ADataSheetThatReachesLibTorchIsRefused) {
  const Files files = {{"primitives/f/gla.h", "#include \"primitives/mixer.h\""},
                       {"primitives/f/gla.cpp", "#include \"primitives/primitive.h\""},
                       {"primitives/f/gla_mixer.cpp", "#include <ATen/ATen.h>"},
                       {"primitives/f/shared.h", "#include <ATen/ATen.h>"},
                       {"primitives/mixer.h", "#include <ATen/core/Tensor.h>"},
                       {"primitives/primitive.h", ""}};
  EXPECT_EQ(sheets_with_torch(files),
            Complaints{"primitives/f/gla.h includes LibTorch (primitives/mixer.h): a data sheet is read without it; "
                       "move that to primitives/f/gla_mixer.cpp"});
}

TEST(HouseRules, ADocumentThatReadersDoNotHaveIsFoundInEveryKindOfText) {
  EXPECT_EQ(missing_documents({{"a.h", "// (design.md, section 8)\n"}, {"docs/b.md", "x\nsee spec/mad.md\n"}}).size(),
            2u);
  EXPECT_EQ(missing_documents({{"tools/x", "style.md"}}),
            Complaints{"tools/x:1 cites style.md, which no reader of the repository has: say the thing itself, or cite "
                       "docs/architecture.md or the paper"});
  EXPECT_HELD(missing_documents({{"a.h", "// docs/architecture.md, my_design.md, perspec/x, designs.md"}}));
}

TEST(HouseRules, ALineIsMeasuredInCharacters) {
  const std::string full(120, 'x');
  EXPECT_HELD(long_lines({{"a.h", full + "\n" + "φ" + full.substr(1) + "\n"}, {"a.md", full + "xx"}}));
  EXPECT_EQ(long_lines({{"a.h", "\n" + full + "φ\n"}}),
            Complaints{"a.h:2 has 121 characters; break the line, 120 are the most"});
}

TEST(HouseRules, AListOfDeclarationsIsFound) {
  EXPECT_HELD(lists_of_declarations({{"a.cpp",
                                      "  const auto R = x.size(0), B = x.size(1);\n"
                                      "  for (int i = 0, j = 1; i < j; ++i) f(i);\n"
                                      "  return a = 1;\n  double a = 0;\n"},
                                     {"primitives/kernels/a.h", "  double a = 0, b = 0;\n"}}));
  EXPECT_EQ(lists_of_declarations({{"a.h", "struct A {\n  std::int64_t a = 0, b = 0;  // of what\n};\n"}}),
            Complaints{"a.h:2 declares several values; give each a line"});
  EXPECT_EQ(lists_of_declarations({{"a.cpp", "constexpr int kA = 1, kB = 2;\n"}}),
            Complaints{"a.cpp:1 declares several values; give each a line"});
}

TEST(HouseRules, ATypeThatTwoFilesDefineIsFound) {
  const auto in = [](const std::string& space, const std::string& text) {
    return "namespace " + space + (space.empty() ? "{\n" : " {\n") + text + "}  // namespace" +
           (space.empty() ? "" : " ") + space + "\n";
  };
  EXPECT_EQ(types_of_one_name({{"a/a.h", in("x", "struct Plan {\n};\n")},
                               {"b/b.h", in("x", "enum class Plan { kNone };\n")},
                               {"c/c.cpp", in("x", in("", "struct A {\n};\n") + "class Plan : public A {\n};\n")}}),
            (Complaints{"b/b.h defines x::Plan, and so does a/a.h: give one another name",
                        "c/c.cpp defines x::Plan, and so does a/a.h: give one another name"}));
  EXPECT_HELD(types_of_one_name({{"a/a.h", in("x", "struct Plan;\nstruct Plan::Part {\n};\nstruct Plan {\n};\n")},
                                 {"b/b.h", in("y", "struct Plan {\n};\n")},
                                 {"b/c.h", in("x", "struct Other {\n  struct Plan {\n  };\n};\n")},
                                 {"c/c.cpp", in("x", in("", "struct Plan {\n};\n"))},
                                 {"d/d.md", in("x", "struct Plan {\n};\n")}}));
}

TEST(HouseRules, ASourceThatNoListNamesIsFound) {
  const Files files = {
      {"tests/CMakeLists.txt", "add_subdirectory(x)"},
      {"tests/x/CMakeLists.txt", "madsearch_test(x SOURCES a_test.cpp y/b_test.cpp\n  ../z/c_test.cpp)"},
      {"tests/x/a_test.cpp", ""},
      {"tests/x/y/b_test.cpp", ""},
      {"tests/x/y/d_test.cpp", ""},
      {"tests/z/c_test.cpp", ""}};
  EXPECT_EQ(unlisted_sources(files),
            Complaints{"tests/x/y/d_test.cpp is in no CMakeLists.txt, so it is never compiled: "
                       "add it to tests/x/CMakeLists.txt"});
}

TEST(HouseRules, APathThatIsNotThereIsFoundInDocumentsAndSources) {
  const std::set<std::string> there = {"engine/", "engine/run/", "engine/run/run.cpp", "tools/", "tools/check"};
  EXPECT_HELD(missing_paths({{"docs/a.md",
                              "`engine/run/run.cpp`, engine/run/run.cpp. tools/check; engine/run/ and/or\n"
                              "primitives/FAMILY/NAME.h, tests/*/x.cpp, /usr/docs/x.md, search/or/find"}},
                            there));
  EXPECT_EQ(missing_paths({{"README.md", "\nsee engine/gone.cpp."}, {"a.h", "// docs/b.md"}}, there),
            (Complaints{"README.md:2 names engine/gone.cpp, which isn't there: correct the path",
                        "a.h:1 names docs/b.md, which isn't there: correct the path"}));
  EXPECT_EQ(missing_paths({{"docs/a.md", "tools/gone engine/attic/"}}, there).size(), 2u);
}

}  // namespace
}  // namespace madsearch
