// What whoever adds a task must not forget. A failure says what to do. (tests/house finds files that no CMakeLists.txt
// names.)
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "mad_tasks/battery.h"
#include "mad_tasks/table.h"
#include "tests/support/folders.h"
#include "tests/support/sources.h"

namespace madsearch {
namespace {

/// "selective-copying" for "selective_copying" and back.
std::string with(std::string name, char from, char to) {
  std::replace(name.begin(), name.end(), from, to);
  return name;
}

bool declares_task(const std::string& stem) {
  return source("mad_tasks/" + stem + ".h").find("\nTask " + stem + "();") != std::string::npos;
}

TEST(Lists, TheTableHoldsEveryTask) {
  for (const auto& stem : stems("mad_tasks", ".h")) {
    if (!declares_task(stem)) continue;
    EXPECT_NE(find_task(with(stem, '_', '-')), nullptr)
        << "mad_tasks/" << stem
        << ".h declares a task that the table does not hold: include it in mad_tasks/table.cpp, "
        << "add " << stem << "() to the table, and give it the name " << with(stem, '_', '-');
  }
}

TEST(Lists, EveryTaskHasAHeaderThatShowsASequence) {
  for (const auto& task : tasks()) {
    const auto stem = with(task.name, '-', '_');
    EXPECT_TRUE(declares_task(stem)) << "write mad_tasks/" << stem << ".h with Task " << stem
                                     << "(); copy mad_tasks/selective_copying.h";
    const auto header = source("mad_tasks/" + stem + ".h");
    for (const auto* part :
         {"///   inputs ", "/// Knobs ", "/// Scored ", "/// Chance ", "/// Oracle ", "/// Protocol ", "/// Source "})
      EXPECT_NE(header.find(part), std::string::npos) << "mad_tasks/" << stem << ".h has no line \"" << part
                                                      << "\": copy the form of mad_tasks/selective_copying.h";
  }
}

TEST(Lists, EveryTaskSaysWhetherItIsRecallOrCopying) {
  for (const auto& task : tasks()) {
    const auto path = "mad_tasks/" + with(task.name, '-', '_') + ".cpp";
    EXPECT_NE(source(path).find(".recall_or_copying = "), std::string::npos)
        << path
        << " does not set recall_or_copying: a design is feasible only if it is above chance on a task that does";
  }
}

TEST(Lists, EveryTaskHasATestOfItsOwn) {
  for (const auto& task : tasks()) {
    const auto path = "tests/mad_tasks/" + with(task.name, '-', '_') + "_test.cpp";
    EXPECT_NE(source(path), "") << "write " << path << ", which finds the targets its own way (copy "
                                << "tests/mad_tasks/selective_copying_test.cpp), and list it in "
                                << "tests/mad_tasks/CMakeLists.txt";
  }
}

TEST(Lists, EveryBatteryButTheProbesHasEveryTask) {
  for (const auto& name : stems("configs/batteries", ".yaml")) {
    if (name.find("probe") != std::string::npos) continue;
    const auto battery = load_battery(name, in_source("configs"));
    for (const auto& task : tasks()) {
      const bool there = std::any_of(battery.tasks.begin(), battery.tasks.end(),
                                     [&](const BatteryTask& one) { return one.task == task.name; });
      EXPECT_TRUE(there) << "configs/batteries/" << name << ".yaml has no entry for " << task.name
                         << ", so its scores would be called partial: add one under `tasks`. Its hash changes with it, "
                         << "so scores of before no longer compare";
    }
  }
}

}  // namespace
}  // namespace madsearch
