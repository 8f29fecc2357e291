// What whoever adds an operator or a selection must not forget. A failure says what to do. (tests/house finds files
// that no CMakeLists.txt names.)
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "search/architecture/crossovers/crossover.h"
#include "search/architecture/mutations/mutation.h"
#include "search/loop/selections/selection.h"
#include "tests/support/sources.h"

namespace madsearch {
namespace {

template <class Row>
bool has_row(const std::vector<Row>& table, const std::string& name) {
  return std::any_of(table.begin(), table.end(), [&](const Row& row) { return row.name == name; });
}

/// Every file of `folder` is a row of its table, named as the file; those of `others` are none.
template <class Row>
void expect_rows(const std::string& folder, const std::vector<Row>& table, const std::set<std::string>& others) {
  const auto files = stems(folder, ".cpp");
  for (const auto& file : files) {
    if (others.contains(file)) continue;
    EXPECT_TRUE(has_row(table, file)) << folder << "/" << file
                                      << ".cpp is not in the table: declare it in the header of " << folder
                                      << ", add it to " << folder << "/table.cpp, and give its row the name " << file;
  }
  for (const auto& row : table)
    EXPECT_TRUE(std::find(files.begin(), files.end(), row.name) != files.end())
        << "the row " << row.name << " of " << folder << "/table.cpp has no file of its name: name the file "
        << row.name << ".cpp, so that readers find it";
}

TEST(Lists, EveryMutationIsARow) {
  expect_rows("search/architecture/mutations", mutations(), {"table", "every_choice"});
}

TEST(Lists, EveryCrossoverIsARow) { expect_rows("search/architecture/crossovers", crossovers(), {"table"}); }

TEST(Lists, EverySelectionIsARow) { expect_rows("search/loop/selections", selections(), {"table", "ranking"}); }

TEST(Lists, EveryMutationIsAppliedAndExplained) {
  const auto header = source("search/architecture/mutations/mutation.h");
  for (const auto& mutation : mutations()) {
    EXPECT_GT(mutation.weight, 0) << mutation.name << " is never applied: give it a weight above 0";
    const auto declared = header.find("Mutation " + mutation.name + "();");
    ASSERT_NE(declared, std::string::npos) << "declare " << mutation.name << " in the header of the table";
    EXPECT_LT(header.find("// ", declared), header.find('\n', declared))
        << "say beside `Mutation " << mutation.name << "();` in search/architecture/mutations/mutation.h what it does";
  }
}

TEST(Lists, NoTwoMutationsHaveOneName) {
  std::set<std::string> names;
  for (const auto& mutation : mutations())
    EXPECT_TRUE(names.insert(mutation.name).second)
        << "two mutations are named " << mutation.name << ": statistics of operators could not tell them apart";
}

}  // namespace
}  // namespace madsearch
