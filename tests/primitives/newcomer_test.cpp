#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "primitives/data_sheet.h"
#include "primitives/mixer.h"
#include "primitives/table.h"
#include "tests/support/folders.h"
#include "tests/support/sources.h"

// What somebody who adds a primitive may forget. Each check gives sentences that say what to do, none if all is well.
// It takes texts, so that the sentences are tested on made-up ones. That every source is compiled is held by
// tests/house.
namespace madsearch {
namespace {

namespace fs = std::filesystem;
using Sentences = std::vector<std::string>;

/// The folder of each family.
const std::map<std::string, std::string> kFolders = {
    {"attention", "attention"},
    {"convolution", "convolution"},
    {"delta rule", "delta_rule"},
    {"identity", "channel"},
    {"linear attention", "linear_attention"},
    {"mixture of experts", "channel"},
    {"mlp", "channel"},
    {"recurrent", "recurrent"},
    {"state space", "state_space"},
    {"test-time training", "test_time"},
};

/// `folder` holds NAME.h.
Sentences misplaced(const std::string& name, const std::string& family, const std::string& folder) {
  const auto found = kFolders.find(family);
  if (found == kFolders.end())
    return {"primitives/" + folder + "/" + name + ".cpp: \"" + family +
            "\" is a new family; give it a folder in kFolders of tests/primitives/newcomer_test.cpp"};
  if (found->second == folder) return {};
  return {"primitives/" + folder + "/" + name + ".cpp: the family \"" + family + "\" lies in primitives/" +
          found->second + "; move the primitive's files there, or correct its family"};
}

/// `header`: the text of primitives/FOLDER/NAME.h.
Sentences without_sheet(const std::string& name, const std::string& folder, const std::string& header) {
  const auto path = "primitives/" + folder + "/" + name + ".h";
  const auto declaration = "Primitive " + name + "();";
  const auto at = header.find("\n" + declaration);
  if (at == std::string::npos) return {path + ": no line is `" + declaration + "`; the data sheet belongs above it"};
  const auto last_line = header.rfind('\n', at == 0 ? 0 : at - 1) + 1;
  if (header.compare(last_line, 3, "///") != 0)
    return {path + ": no comment block ends right above `" + declaration + "`; the data sheet belongs there"};
  return {};
}

/// The data sheet that the program holds: it has a line for each of these.
Sentences unsaid(const std::string& name, const std::string& folder, const std::string& sheet) {
  Sentences out;
  for (const std::string part : {"Knobs", "Parameters", "FLOPs", "State", "Protocol", "Source"})
    if (sheet.find("\n" + part + " ") == std::string::npos)
      out.push_back("primitives/" + folder + "/" + name + ".h: the data sheet has no line that begins \"" + part +
                    "\"; copy the form of primitives/linear_attention/gla.h");
  return out;
}

/// `declared`: names that headers of families declare; `listed` and `built`: the tables of table.cpp and mixers.cpp.
Sentences unlisted(const Sentences& declared, const Sentences& listed, const Sentences& built) {
  const auto lacks = [](const Sentences& all, const std::string& name) {
    return std::find(all.begin(), all.end(), name) == all.end();
  };
  Sentences out;
  for (const auto& name : declared)
    if (lacks(listed, name))
      out.push_back(name +
                    ".h declares a primitive that search doesn't know: include the header in "
                    "primitives/table.cpp and add " +
                    name + "() to the table, sorted by name");
  for (const auto& name : declared)
    if (lacks(built, name))
      out.push_back("nothing builds \"" + name + "\": add its row to primitives/mixers.cpp, sorted by name");
  for (const auto& [table, file] : {std::pair(&listed, "primitives/table.cpp"), {&built, "primitives/mixers.cpp"}})
    for (std::size_t i = 1; i < table->size(); ++i)
      if ((*table)[i] <= (*table)[i - 1])
        out.push_back(std::string(file) + ": \"" + (*table)[i] + "\" stands behind \"" + (*table)[i - 1] +
                      "\"; each name stands once, sorted");
  return out;
}

/// `tests`: the texts of the folder's tests.
Sentences untested(const std::string& name, const std::string& folder, const Sentences& tests) {
  for (const auto& test : tests)
    if (test.find('"' + name + '"') != std::string::npos) return {};
  return {"tests/primitives/" + folder + ": no test builds \"" + name + "\"; write " + name +
          "_test.cpp, which checks the equation of the data sheet, and list it in tests/primitives/CMakeLists.txt"};
}

/// Every "N primitives" of the document at `path`, but for "N primitives of the day", which tells of the past.
Sentences miscounted(const std::string& path, const std::string& text, std::size_t count) {
  static const std::regex pattern(R"((\d+)\s+primitives\b(?!\s+of\s+the\s+day))");
  Sentences out;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    if ((*match)[1] != std::to_string(count))
      out.push_back(path + " says \"" + (*match)[1].str() + " primitives\", but the table has " +
                    std::to_string(count) + "; correct the number in " + path);
  return out;
}

/// The family's folder of primitives/ that holds NAME.h, "" if none does.
std::string folder_of(const std::string& name) {
  const std::set<std::string> shared = {"kernels", "layers", "ops"};
  for (const auto& entry : fs::directory_iterator(in_source("primitives"))) {
    const auto folder = entry.path().filename().string();
    if (!shared.contains(folder) && fs::exists(entry.path() / (name + ".h"))) return folder;
  }
  return "";
}

void expect_none(const Sentences& sentences) {
  for (const auto& sentence : sentences) ADD_FAILURE() << sentence;
}

TEST(Newcomer, KeepsEachPrimitiveInTheFolderOfItsFamilyUnderItsDataSheet) {
  for (const auto& primitive : primitives()) {
    const auto folder = folder_of(primitive.name);
    if (folder.empty()) {
      ADD_FAILURE() << "no folder of primitives/ holds " << primitive.name
                    << ".h; the header of a primitive has its name (or correct `.name` in its .cpp)";
      continue;
    }
    expect_none(misplaced(primitive.name, primitive.family, folder));
    const auto header = source("primitives/" + folder + "/" + primitive.name + ".h");
    const auto without = without_sheet(primitive.name, folder, header);
    expect_none(without);
    if (without.empty()) expect_none(unsaid(primitive.name, folder, "\n" + data_sheet(primitive.name)));
  }
}

TEST(Newcomer, ListsEachPrimitiveInBothTables) {
  Sentences declared;
  for (const auto& [family, folder] : kFolders)
    for (const auto& name : stems("primitives/" + folder, ".h"))
      if (source("primitives/" + folder + "/" + name + ".h").find("\nPrimitive " + name + "();") != std::string::npos &&
          std::find(declared.begin(), declared.end(), name) == declared.end())
        declared.push_back(name);
  Sentences listed;
  for (const auto& primitive : primitives()) listed.push_back(primitive.name);
  EXPECT_EQ(declared.size(), listed.size());
  expect_none(unlisted(declared, listed, mixer_names()));
}

TEST(Newcomer, TestsEachPrimitiveByItself) {
  for (const auto& primitive : primitives()) {
    const auto folder = folder_of(primitive.name);
    if (folder.empty()) continue;  // said above
    if (!fs::exists(in_source("tests/primitives/" + folder))) {
      ADD_FAILURE() << "there is no folder tests/primitives/" << folder;
      continue;
    }
    Sentences tests;
    for (const auto& test : stems("tests/primitives/" + folder, "_test.cpp"))
      tests.push_back(source("tests/primitives/" + folder + "/" + test + "_test.cpp"));
    expect_none(untested(primitive.name, folder, tests));
  }
}

TEST(Newcomer, CountsThePrimitivesRightInItsDocuments) {
  expect_none(miscounted("README.md", source("README.md"), primitives().size()));
  for (const auto& document : stems("docs", ".md"))
    expect_none(miscounted("docs/" + document + ".md", source("docs/" + document + ".md"), primitives().size()));
}

TEST(Newcomer, SaysWhichTableLacksAPrimitive) {
  EXPECT_EQ(unlisted({"b", "a"}, {"a", "b"}, {"a", "b"}), Sentences{});
  EXPECT_EQ(unlisted({"foo"}, {}, {"foo"}),
            Sentences{"foo.h declares a primitive that search doesn't know: include the header in primitives/table.cpp "
                      "and add foo() to the table, sorted by name"});
  EXPECT_EQ(unlisted({"foo"}, {"foo"}, {}),
            Sentences{"nothing builds \"foo\": add its row to primitives/mixers.cpp, sorted by name"});
  EXPECT_EQ(unlisted({}, {"b", "a"}, {}),
            Sentences{"primitives/table.cpp: \"a\" stands behind \"b\"; each name stands once, sorted"});
}

TEST(Newcomer, SaysWhatADataSheetLeavesOut) {
  const std::string whole = "\nKnobs  a\nParameters  b\nFLOPs  c\nState  d\nProtocol  e\nSource  f\n";
  EXPECT_EQ(unsaid("foo", "recurrent", whole), Sentences{});
  EXPECT_EQ(unsaid("foo", "recurrent", whole.substr(0, whole.find("Source"))),
            Sentences{"primitives/recurrent/foo.h: the data sheet has no line that begins \"Source\"; copy the form of "
                      "primitives/linear_attention/gla.h"});
}

TEST(Newcomer, SaysWhereADataSheetBelongs) {
  EXPECT_EQ(without_sheet("foo", "convolution", "#pragma once\n/// Sheet.\nPrimitive foo();\n"), Sentences{});
  EXPECT_EQ(without_sheet("foo", "convolution", "/// Sheet.\n\nPrimitive foo();\n"),
            Sentences{"primitives/convolution/foo.h: no comment block ends right above `Primitive foo();`; the data "
                      "sheet belongs there"});
  EXPECT_EQ(without_sheet("foo", "convolution", "\nPrimitive foo();\n"),
            Sentences{"primitives/convolution/foo.h: no comment block ends right above `Primitive foo();`; the data "
                      "sheet belongs there"});
  EXPECT_EQ(without_sheet("foo", "convolution", "/// Sheet.\nPrimitive bar();\n"),
            Sentences{"primitives/convolution/foo.h: no line is `Primitive foo();`; the data sheet belongs above it"});
}

TEST(Newcomer, SaysWhereAPrimitiveBelongs) {
  EXPECT_EQ(misplaced("foo", "delta rule", "delta_rule"), Sentences{});
  EXPECT_EQ(misplaced("foo", "delta rule", "recurrent"),
            Sentences{"primitives/recurrent/foo.cpp: the family \"delta rule\" lies in primitives/delta_rule; move the "
                      "primitive's files there, or correct its family"});
  EXPECT_EQ(misplaced("foo", "wavelets", "wavelets"),
            Sentences{"primitives/wavelets/foo.cpp: \"wavelets\" is a new family; give it a folder in kFolders of "
                      "tests/primitives/newcomer_test.cpp"});
}

TEST(Newcomer, SaysWhichPrimitiveHasNoTest) {
  EXPECT_EQ(untested("foo", "recurrent", {"passes(\"bar\")", "passes(\"foo\")"}), Sentences{});
  EXPECT_EQ(untested("foo", "recurrent", {"passes(\"food\")"}),
            Sentences{"tests/primitives/recurrent: no test builds \"foo\"; write foo_test.cpp, which checks the "
                      "equation of the data sheet, and list it in tests/primitives/CMakeLists.txt"});
}

TEST(Newcomer, SaysWhichDocumentMiscounts) {
  EXPECT_EQ(miscounted("README.md", "with 7 primitives and 7\nprimitives", 7), Sentences{});
  EXPECT_EQ(miscounted("docs/a.md", "over the 6 primitives\nof the day", 7), Sentences{});
  EXPECT_EQ(miscounted("docs/a.md", "of 6 primitives", 7),
            Sentences{"docs/a.md says \"6 primitives\", but the table has 7; correct the number in docs/a.md"});
}

}  // namespace
}  // namespace madsearch
