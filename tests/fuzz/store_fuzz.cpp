// A run's store: either the bytes of the file, or changes to the rows of a whole one (five bytes and a text each:
// table, column, row, kind of value, length). Refused by ConfigError, std::invalid_argument, or std::runtime_error that
// names the file.
#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <string_view>

#include "configs/errors.h"
#include "results/front_report.h"
#include "results/run_meta.h"
#include "results/store.h"
#include "results/validation.h"
#include "tests/fuzz/support.h"
#include "tests/fuzz/targets.h"

namespace madsearch {
namespace {

void fill(Store& store) {
  RunMeta meta;
  meta.objectives = {"score", "state"};
  meta.objective_limits = {0, 0};
  write_meta(store, meta);
  std::int64_t number = 0;
  for (const auto* hash : {"attention", "gla", "mamba"}) {
    store.put(CandidateRecord{.hash = hash,
                              .text = hash,
                              .origin = "seed",
                              .parameters = 1,
                              .flops = 1,
                              .state_exact = 1000 + number,
                              .state_mad = 10,
                              .served_state = 1000 + number});
    for (std::int64_t seed_set = 0; seed_set < 3; ++seed_set) {
      const auto rung = seed_set == 0 ? Rung::kBattery : Rung::kConfirm;
      store.put(EvaluationRecord{
          .number = number, .hash = hash, .rung = rung, .seed_set = seed_set, .finished = true, .score = 0.5});
      store.put(TrainingRecord{.id = hash + std::to_string(seed_set), .task = "compression"}, number++);
    }
    store.put(PretrainingRecord{.hash = hash, .text = hash, .role = "front", .bits_per_byte = 2});
  }
}

/// The bytes of a small whole store.
std::string whole_store() {
  const TemporaryFolder folder;
  const auto path = folder.path + "/search.db";
  {
    Store store(path, Store::Mode::kWrite);
    fill(store);
  }
  SQLite::Database(path, SQLite::OPEN_READWRITE).exec("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM");
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void bind(SQLite::Statement& statement, int kind, const std::string& value) {
  switch (kind) {
    case 0:
      return statement.bind(1);  // NULL
    case 1:
      return statement.bind(1, static_cast<std::int64_t>(std::strtoll(value.c_str(), nullptr, 10)));
    case 2:
      return statement.bind(1, std::strtod(value.c_str(), nullptr));
    case 3:
      return statement.bind(1, value);
    default:
      return statement.bind(1, value.data(), static_cast<int>(value.size()));
  }
}

/// Sets the values that `changes` asks for, where the table allows them.
void change_rows(const std::filesystem::path& file, std::string_view changes) {
  SQLite::Database db(file.string(), SQLite::OPEN_READWRITE);
  db.exec("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN");
  static constexpr std::array<const char*, 5> kTables = {"meta", "candidates", "evaluations", "trainings",
                                                         "pretrainings"};
  for (int done = 0; changes.size() >= 5 && done < 16; ++done) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(changes[at]); };
    const std::string table = kTables[byte(0) % kTables.size()];
    const SQLite::Statement all(db, "SELECT * FROM " + table);
    const std::string column = all.getColumnName(byte(1) % all.getColumnCount());
    const auto rows = db.execAndGet("SELECT max(1, count(*)) FROM " + table).getInt();
    const auto key = table == "meta" ? "key" : "rowid";
    SQLite::Statement update(db, "UPDATE OR IGNORE " + table + " SET " + column + " = ? WHERE " + key + " = (SELECT " +
                                     key + " FROM " + table + " LIMIT 1 OFFSET " + std::to_string(byte(2) % rows) +
                                     ")");
    const std::string value(changes.substr(5, byte(4)));
    bind(update, byte(3) % 5, value);
    try {
      update.exec();
    } catch (const SQLite::Exception&) {  // a key that must be a number, a value that must be there
    }
    changes.remove_prefix(5 + value.size());
  }
  db.exec("COMMIT");
}

/// Everything that `front` and `check` read.
void read_all(const std::filesystem::path& file) {
  const Store store(file, Store::Mode::kRead);
  store.meta();
  store.candidates();
  for (const auto& evaluation : store.evaluations()) store.trainings(evaluation.number);
  store.pretrainings();
  read_meta(store);
  const auto report = read_front(store);
  hold(report.hypervolume >= 0 && report.hypervolume <= 1, "a hypervolume is a share");
  completed_designs(store);
  validate(store);
}

}  // namespace

int fuzz_store(const std::uint8_t* data, std::size_t size) {
  static const auto whole = whole_store();
  const auto input = text_of(data, size);
  const bool bytes = input.starts_with("SQLite");
  const auto& content = bytes ? input : whole;
  const auto file = file_of("search.db", reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
  if (!bytes) change_rows(file, input);
  try {
    read_all(file);
  } catch (const ConfigError&) {
  } catch (const std::invalid_argument&) {
  } catch (const std::runtime_error& error) {
    hold(std::string(error.what()).find("search.db") != std::string::npos,
         std::string("an error names the file: ") + error.what());
  }
  return 0;
}

}  // namespace madsearch
