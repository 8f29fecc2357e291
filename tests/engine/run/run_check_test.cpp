// Whatever is changed in a finished run's store is found, unless it was measured or is there for people only.
#include "engine/run/run_check.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "engine/run/directory.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"
#include "search/architecture/scale.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

/// A copy of a finished run, brought to today's schema and resumed so far that its inputs are in it.
class RunCheckTest : public testing::Test {
 protected:
  RunCheckTest() {
    fs::copy(in_source("tests/data/runs/finished"), folder_.path, fs::copy_options::recursive);
    fs::current_path(in_source(""));  // the run's text is named from there
    const auto config = stored_run(folder_.path, in_source("configs"));
    open_run(folder_.path, config, false);
    plan_pretrainings(config);
  }

  /// The stub's pretrainings say nothing of widths; real ones do.
  void plan_pretrainings(const RunConfig& config) {
    Store store(file(), Store::Mode::kWrite);
    for (auto record : store.pretrainings()) {
      const auto& plan = config.pretrain;
      const auto scaled = scale_up(parse(record.text), plan.repeat, config.battery.width, plan.parameters, plan.length);
      record.width = scaled.width;
      record.parameters = scaled.parameters;
      record.state = cost(scaled.genome, {scaled.width, plan.length, Protocol::kMadsearch}).state;
      store.put(record);
    }
  }

  fs::path file() const { return fs::path(folder_.path) / "search.db"; }

  std::vector<std::string> problems() const {
    try {
      return problems_of(Store(file(), Store::Mode::kRead), stored_run(folder_.path, "/nowhere"));
    } catch (const std::exception& error) {  // what makes the run unreadable
      return {error.what()};
    }
  }

  TemporaryFolder folder_;
};

TEST_F(RunCheckTest, AnUndisturbedRunHasNoProblem) { EXPECT_EQ(problems(), std::vector<std::string>{}); }

TEST_F(RunCheckTest, AChangedStateIsNamed) {
  SQLite::Database db(file().string(), SQLite::OPEN_READWRITE);
  db.exec("UPDATE candidates SET state_exact = 1 WHERE born = 1");
  const auto found = problems();
  ASSERT_FALSE(found.empty());
  EXPECT_NE(found[0].find(": state_exact is 1, but must be 256"), std::string::npos) << found[0];
}

/// What can't be computed again, and why.
const std::map<std::string, std::set<std::string>> kMeasured = {
    {"candidates", {}},
    {"evaluations", {}},
    // measured; how long it took, where; and which number asked first, as a longer search numbers anew
    {"trainings",
     {"evaluation", "validation_a", "test_macro", "test_loss", "learning_rate", "weight_decay", "edge", "trainings",
      "steps", "message", "started", "seconds", "slot", "device", "host", "revision"}},
    {"pretrainings",
     {"bits_per_byte", "bits_per_byte_recall", "learning_rate", "flops", "tuning_flops", "epochs", "tokens",
      "core_seconds", "message", "data", "started", "seconds", "slot", "device", "host", "revision"}},
    {"inputs", {}},
};

/// What meta holds for people, or of the session.
const std::set<std::string> kForPeople = {"scoring",     "version",   "revision",  "writer",       "name",
                                          "config_path", "closed_at", "closed_by", "spent_seconds"};

std::string flipped(const SQLite::Column& value) {
  if (value.isInteger()) {
    const auto number = value.getInt64();
    return std::to_string(number == 0 || number == 1 ? 1 - number : number + 1000);
  }
  if (value.isFloat()) return std::to_string(value.getDouble() + 0.01);
  if (value.isNull()) return "0.5";
  return "'" + value.getString() + "x'";
}

class EveryField : public RunCheckTest, public testing::WithParamInterface<const char*> {};

TEST_P(EveryField, ThatIsChangedIsFound) {
  const std::string table = GetParam();
  std::vector<std::string> columns;
  std::vector<std::string> values;
  std::string key;
  {
    SQLite::Database db(file().string(), SQLite::OPEN_READWRITE);
    SQLite::Statement row(
        db, "SELECT * FROM " + table + " ORDER BY 1 LIMIT 1 OFFSET " + (table == "pretrainings" ? "1" : "2"));
    ASSERT_TRUE(row.executeStep());
    key = row.getColumn(0).isText() ? "'" + row.getColumn(0).getString() + "'" : row.getColumn(0).getString();
    for (int i = 0; i < row.getColumnCount(); ++i) {
      columns.push_back(row.getColumnName(i));
      values.push_back(flipped(row.getColumn(i)));
    }
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (kMeasured.at(table).contains(columns[i])) continue;
    fs::copy_file(file(), folder_.path + "/kept.db");
    SQLite::Database(file().string(), SQLite::OPEN_READWRITE)
        .exec("UPDATE " + table + " SET " + columns[i] + " = " + values[i] + " WHERE " + columns[0] + " = " + key);
    EXPECT_FALSE(problems().empty()) << table << "." << columns[i] << " = " << values[i];
    fs::remove(file());
    fs::rename(folder_.path + "/kept.db", file());
  }
  EXPECT_EQ(problems(), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Of, EveryField,
                         testing::Values("candidates", "evaluations", "trainings", "pretrainings", "inputs"),
                         [](const auto& info) { return std::string(info.param); });

TEST_F(RunCheckTest, WhatIsSaidOfTheRunIsFoundToo) {
  const auto before = Store(file(), Store::Mode::kRead).meta();
  for (const auto& [key, value] : before) {
    if (kForPeople.contains(key)) continue;
    Store(file(), Store::Mode::kWrite).put_meta(key, value + "1");
    EXPECT_FALSE(problems().empty()) << key;
    Store(file(), Store::Mode::kWrite).put_meta(key, value);
  }
  EXPECT_EQ(problems(), std::vector<std::string>{});
}

TEST_F(RunCheckTest, AMissingRecordIsFound) {
  for (const auto* table : {"candidates", "evaluations", "trainings", "inputs"}) {
    fs::copy_file(file(), folder_.path + "/kept.db");
    SQLite::Database(file().string(), SQLite::OPEN_READWRITE)
        .exec(std::string("DELETE FROM ") + table + " WHERE " + (table == std::string("inputs") ? "name" : "rowid") +
              " IN (SELECT " + (table == std::string("inputs") ? "name" : "rowid") + " FROM " + table + " LIMIT 1)");
    EXPECT_FALSE(problems().empty()) << table;
    fs::remove(file());
    fs::rename(folder_.path + "/kept.db", file());
  }
}

TEST_F(RunCheckTest, ADamagedFileIsFound) {
  {
    SQLite::Database db(file().string(), SQLite::OPEN_READWRITE);
    db.exec("PRAGMA writable_schema = 1; DELETE FROM sqlite_schema WHERE name LIKE 'trainings_of%'");
  }
  EXPECT_FALSE(problems().empty());
}

}  // namespace
}  // namespace madsearch
