// Whatever is changed in a finished run's store is found, unless it was measured or is there for people only.
#include "engine/run/run_check.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include "configs/text.h"
#include "engine/dispatch/curves.h"
#include "engine/run/config_reader.h"
#include "engine/run/directory.h"
#include "engine/run/run.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"
#include "search/architecture/scale.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

/// A search of the stub's, with pretraining, in `folder`.
void search_in(const fs::path& folder) {
  const TemporaryFolder written;
  const auto file = fs::path(written.path) / "config.yaml";
  std::ofstream(file) << R"(
seed: 7
battery: quick
probe: probe
stages: 2
primitives: [attention, gla, mamba, short_conv, swiglu]
seeds: [transformer++, gla]
search: {evaluations: 16, population: 4, lag: 4, confirm_seeds: 2, confirm_members: 2}
pretrain:
  members: 4
  pairs: 1
  controls: [transformer++]
  data: )" << in_source("tests/data/speeches")
                      << R"(
  flops: 1.0e+9
  parameters: 5000
  learning_rates: [0.001, 0.003]
devices: cpu
slots_per_device: 2
)";
  auto config = read_run(file, in_source("configs"));
  config.workers.pools[0].command = "MADSEARCH_STUB=milliseconds=1 " + in_build("tests/stub_worker");
  EXPECT_EQ(run_search(config, {.folder = folder}), Ended::kFinished);
}

/// A copy of a finished run, whose store holds what real workers would have said.
class RunCheckTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (finished_) return;
    finished_ = std::make_unique<TemporaryFolder>();
    search_in(finished_->path);
  }

  RunCheckTest() {
    fs::copy(finished_->path, folder_.path, fs::copy_options::recursive);
    record_curves();
  }

  /// The stub learns nothing that a curve could show.
  void record_curves() {
    Store store(file(), Store::Mode::kWrite);
    store.transaction([&] {
      for (const auto& [id, evaluation] : store.training_places()) {
        const auto training = store.training(id).value();
        if (training.outcome != Outcome::kOk) continue;
        const Curve curve{{*training.learning_rate, *training.weight_decay}, {{1, *training.validation_a, 0.5}}};
        store.put_curves(id, curves_json(std::vector(static_cast<std::size_t>(training.trainings), curve)));
      }
    });
  }

  fs::path file() const { return fs::path(folder_.path) / "search.db"; }

  std::vector<std::string> problems() const {
    try {
      const auto store = store_in(folder_.path);
      return problems_of(store, stored_run(store, folder_.path, "/nowhere"));
    } catch (const std::exception& error) {  // what makes the run unreadable
      return {error.what()};
    }
  }

  TemporaryFolder folder_;

 private:
  inline static std::unique_ptr<TemporaryFolder> finished_;
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
    // measured; how long it took, where
    {"trainings", {"test_macro", "test_loss", "message", "started", "seconds", "slot", "device", "host", "revision"}},
    {"pretrainings",
     {"bits_per_byte", "bits_per_byte_recall", "recall_share", "flops", "tuning_flops", "epochs", "core_seconds",
      "message", "data", "started", "seconds", "slot", "device", "host", "revision"}},
    {"curves", {}},
    {"inputs", {}},
};

/// What meta holds for people, or of the session.
const std::set<std::string> kForPeople = {"pools",  "trouble", "scoring",     "version", "revision",
                                          "writer", "name",    "config_path", "session", "spent_seconds"};

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
                         testing::Values("candidates", "evaluations", "trainings", "curves", "pretrainings", "inputs"),
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

TEST_F(RunCheckTest, CurvesThatCanNotBeAreNamed) {
  const auto id = Store(file(), Store::Mode::kRead).training_places().front().first;
  const auto training = Store(file(), Store::Mode::kRead).training(id).value();
  const auto kept = Store(file(), Store::Mode::kRead).curves(id);
  const std::vector<std::pair<std::vector<Look>, std::string>> cases = {
      {{{5, 0.5, 1}, {5, 0.5, 1}}, "curve 1 has a look at step 5 of 500 after one at step 5"},
      {{{5, 0.5, 1}, {3, 0.5, 1}}, "curve 1 has a look at step 3 of 500 after one at step 5"},
      {{{0, 0.5, 1}}, "curve 1 has a look at step 0 of 500 after one at step 0"},
      {{{601, 0.5, 1}}, "curve 1 has a look at step 601 of 500 after one at step 0"},
      {{{5, 1.5, 1}}, "curve 1 has an accuracy that is no share of 1"},
      {{{5, std::nan(""), 1}}, "curve 1 has an accuracy that is no share of 1"},
      {{{5, 0.5, std::nan("")}}, "curve 1 has a loss that is no number"},
      {{{5, 0.0001, 1}},
       "validation_a is " + shown("%.4f", *training.validation_a) + ", but its curve comes to 0.0001"},
  };
  for (const auto& [looks, sentence] : cases) {
    Curve curve{{*training.learning_rate, *training.weight_decay}, looks};
    std::vector<Curve> curves(static_cast<std::size_t>(training.trainings), curve);
    Store(file(), Store::Mode::kWrite).put_curves(id, curves_json(curves));
    const auto found = problems();
    ASSERT_FALSE(found.empty()) << sentence;
    EXPECT_EQ(found[0], "training " + id + ": " + sentence);
  }
  Store(file(), Store::Mode::kWrite).put_curves(id, "[]");
  EXPECT_EQ(problems(), (std::vector<std::string>{
                            "training " + id + ": 0 curves of " + std::to_string(training.trainings) + " trainings",
                            "training " + id + ": no curve of its learning rate and weight decay"}));
  Store(file(), Store::Mode::kWrite).put_curves(id, kept);
  EXPECT_EQ(problems(), std::vector<std::string>{});
}

TEST_F(RunCheckTest, CurvesOfNoTrainingAreFound) {
  Store(file(), Store::Mode::kWrite).put_curves("0/battery/0/compression/0", "[]");
  EXPECT_EQ(problems(), std::vector<std::string>{"curves of 0/battery/0/compression/0: there is no such training"});
}

TEST_F(RunCheckTest, AttemptsAtWhatNobodyAsksForAreFound) {
  const auto with = [&](const std::string& id, int count) {
    SQLite::Database db(file().string(), SQLite::OPEN_READWRITE);
    db.exec("DELETE FROM attempts");
    db.exec("INSERT INTO attempts VALUES('" + id + "', " + std::to_string(count) + ", 0)");
    const auto found = problems();
    return found.empty() ? "" : found[0];
  };
  const auto answered = Store(file(), Store::Mode::kRead).training_places().front().first;
  const auto design = Store(file(), Store::Mode::kRead).candidates().back().hash;
  EXPECT_EQ(with("plan/mamba", 1), "");
  EXPECT_EQ(with(design + "/confirm/9/compression/0", 1), "") << "of a confirmation that a longer search dropped";
  EXPECT_EQ(with(pretraining_id(design), 1), "") << "a design that may be on the front";
  EXPECT_EQ(with(design + "/confirm/9/compression/0", -1),
            "attempts at " + design + "/confirm/9/compression/0: there were -1");
  EXPECT_EQ(with(answered, 1), "attempts at " + answered + ": it is answered");
  EXPECT_EQ(with("0123/battery/0/compression/0", 1), "attempts at 0123/battery/0/compression/0: nobody asks for it");
  EXPECT_EQ(with("pretrain/0123", 1), "attempts at pretrain/0123: nobody asks for it");
  const auto control = Store(file(), Store::Mode::kRead).pretrainings().front().hash;
  EXPECT_EQ(with(pretraining_id(control), 1), "attempts at pretrain/" + control + ": it is answered");
}

/// What the first problem says after `sql`.
TEST_F(RunCheckTest, WhatCanNotBeIsNamed) {
  const auto control = Store(file(), Store::Mode::kRead).pretrainings().front();
  const auto training = Store(file(), Store::Mode::kRead).training_places().front().first;
  const auto what = "pretraining of " + control.hash + ": its ";
  const auto change = [&](const std::string& values) {
    return "UPDATE pretrainings SET " + values + " WHERE hash = '" + control.hash + "'";
  };
  const auto train = [&](const std::string& values) {
    return "UPDATE trainings SET " + values + " WHERE id = '" + training + "'";
  };
  const auto size = [](std::int64_t number) { return std::to_string(number); };
  const std::pair<std::string, std::string> cases[] = {
      {change("bits_per_byte = -5"), what + "bits_per_byte is -5, not a number from 1e-09 to 1e+06"},
      {change("bits_per_byte = 0"), what + "bits_per_byte is 0, not a number from 1e-09 to 1e+06"},
      {change("bits_per_byte = 1e308"), what + "bits_per_byte is 1e+308, not a number from 1e-09 to 1e+06"},
      {change("bits_per_byte = NULL"), what + "bits_per_byte is absent, not allowed to be so where the outcome is ok"},
      {change("outcome = 'failed'"),
       what + "bits_per_byte is " + shown("%g", *control.bits_per_byte) + ", not absent, though nothing was measured"},
      {change("tokens = -7"), what + "tokens is -7, not from 0 to 1000000001"},
      {change("flops = -1"), what + "flops is -1, not a number from 9e+08 to 1e+09"},
      {change("flops = 4e9"), what + "flops is 4e+09, not a number from 9e+08 to 1e+09"},
      {change("epochs = -1"), what + "epochs is -1, not a number from 0 to 4"},
      {change("learning_rate = 77"),
       what + "learning_rate is 77, not one of 0.000111111, 0.000333333, 0.001, 0.003, 0.009, 0.027"},
      {change("width = 0, parameters = 3, state = 9"), what + "width is 0, not " + size(control.width)},
      {train("learning_rate = 77"), "training " + training + ": its learning_rate is 77, not one of 0.004"},
      {train("edge = 1"),
       "training " + training + ": its edge is true, not what its learning rate is among those tried"},
      {train("steps = 1000000000000"), "training " + training + ": its steps is 1000000000000, not from 0 to 500"},
      {train("trainings = 99"), "training " + training + ": its trainings is 99, not from 0 to 1"},
      {train("test_loss = 1e308"), "training " + training + ": its test_loss is 1e+308, not a number from 0 to 1e+38"},
      {train("core_seconds = 1e308"),
       "training " + training + ": its core_seconds is 1e+308, not a number from 0 to 1e+10"},
      {train("outcome = 'banana'"), file().string() + ": trainings, row " + training + ": no outcome \"banana\""},
      {"DELETE FROM pretrainings WHERE hash = '" + control.hash + "'",
       "pretraining of " + control.hash + ": it is missing, though the run is finished"},
      {"UPDATE meta SET value = '' WHERE key = 'signature'", "signature is missing, though the run is finished"},
      {"INSERT OR REPLACE INTO meta VALUES('closed_by', 'exhausted')",
       "closed_by is exhausted, though further designs are found"},
      {"INSERT OR REPLACE INTO meta VALUES('closed_by', 'time')", "closed_by is time, but closed_at is missing"},
      {"INSERT OR REPLACE INTO meta VALUES('closed_by', 'tired')", "closed_by is tired"},
      {"DELETE FROM curves; UPDATE trainings SET started = 1.7e9 WHERE id = '" + training + "'",
       "training " + training + ": its curves are missing"},
      {"UPDATE curves SET curves = 'garbage' WHERE training = '" + training + "'",
       "training " + training +
           ": no curves: [json.exception.parse_error.101] parse error at line 1, column 1: syntax error while parsing "
           "value - invalid literal; last read: 'g'"},
      {"DROP TABLE curves", "the file: its table curves is missing"},
      {"CREATE TRIGGER evil AFTER INSERT ON trainings BEGIN DELETE FROM curves; END",
       "the file: its trigger evil is none of madsearch's"},
      {"DROP INDEX evaluations_of_design; CREATE INDEX evaluations_of_design ON evaluations(hash)",
       "the file: its index evaluations_of_design is not as madsearch makes it"},
      {"DELETE FROM inputs", file().string() + " lacks what its run was made from: its table of inputs is empty"},
  };
  for (const auto& [sql, sentence] : cases) {
    fs::copy_file(file(), folder_.path + "/kept.db");
    SQLite::Database(file().string(), SQLite::OPEN_READWRITE).exec(sql);
    const auto found = problems();
    EXPECT_EQ(found.empty() ? "" : found[0], sentence) << sql;
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
