#include "results/store.h"

#include <sqlite3.h>

#include <set>
#include <system_error>
#include <utility>

#include "configs/errors.h"
#include "results/store_backup.h"
#include "results/store_database.h"
#include "results/store_schema.h"

namespace madsearch {
namespace {

/// What stands after the first space from `place` on, the space with it; "" without one.
std::string after(const std::string& text, std::size_t place) {
  const auto space = text.find(' ', place);
  return space == std::string::npos ? "" : text.substr(space);
}

}  // namespace

Store::Store(const std::filesystem::path& file, Mode mode) : database_(std::make_unique<StoreDatabase>(file)) {
  if (mode == Mode::kRead && !std::filesystem::exists(file))
    throw ConfigError("no results: " + file.string() + " is missing");
  std::error_code unknown;
  if (mode == Mode::kRead && !std::filesystem::is_regular_file(file, unknown) && !unknown)
    throw ConfigError(file.string() + " is not a file");  // a pipe would be waited for
  try {
    mode == Mode::kWrite ? database_->open_to_write() : database_->open_to_read();
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() == SQLITE_NOTADB) throw ConfigError(file.string() + " is not a madsearch store");
    throw ConfigError("cannot " + std::string(mode == Mode::kRead ? "read " : "write ") + file.string() + ": " +
                      error.what());
  }
}

void Store::check_in_place() const {
  if (!database_->in_place())
    throw std::runtime_error(database_->file().string() +
                             " is gone or another file has its name: the folder was moved, removed or replaced while "
                             "the run wrote to it. What was stored is in the folder, wherever it is now; `madsearch "
                             "resume` on it goes on");
}

Store::~Store() = default;
Store::Store(Store&&) noexcept = default;

void Store::put_meta(const std::string& key, const std::string& value) {
  database_->execute("INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)", key, value);
}
std::string Store::meta(const std::string& key) const {
  return database_->text_of("SELECT value FROM meta WHERE key = ?", key);
}
std::map<std::string, std::string> Store::meta() const { return database_->texts("SELECT key, value FROM meta"); }

// The first birth of a candidate counts; of the others the last state.
void Store::put(const CandidateRecord& record) { database_->put("INSERT OR IGNORE", "candidates", record); }
void Store::put(const EvaluationRecord& record) { database_->put("INSERT OR REPLACE", "evaluations", record); }
void Store::put(const PretrainingRecord& record) {
  transaction([&] {
    database_->put("INSERT OR REPLACE", "pretrainings", record);
    database_->end_attempts(pretraining_id(record.hash));
  });
}
void Store::put(const TrainingRecord& record, std::int64_t evaluation) {
  transaction([&] {
    database_->put("INSERT OR REPLACE", "trainings", PlacedTraining{record, evaluation});
    database_->end_attempts(record.id);
  });
}

int Store::begin_attempt(const std::string& id) {
  return database_->guarded([&] {
    auto statement = database_->prepared(
        "INSERT INTO attempts VALUES(?, 1, 1) "
        "ON CONFLICT(id) DO UPDATE SET count = count + 1, running = 1 RETURNING count");
    bind(*statement, 1, id);
    statement->executeStep();
    const auto count = statement->getColumn(0).getInt();
    while (statement->executeStep()) continue;  // the row counts as written once the statement is done
    return count;
  });
}

void Store::forget_attempts(const std::string& id) { database_->end_attempts(id); }

std::vector<CandidateRecord> Store::candidates() const {
  return database_->get<CandidateRecord>("candidates ORDER BY born, hash");
}
std::vector<EvaluationRecord> Store::evaluations() const {
  return database_->get<EvaluationRecord>("evaluations ORDER BY number");
}
std::optional<CandidateRecord> Store::candidate(const std::string& hash) const {
  auto found = database_->get<CandidateRecord>("candidates WHERE hash = ?", hash);
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}
std::vector<EvaluationRecord> Store::evaluations(const std::string& hash) const {
  return database_->get<EvaluationRecord>("evaluations WHERE hash = ? ORDER BY number", hash);
}
std::vector<CandidateRecord> Store::sizes() const {
  return database_->get_some<CandidateRecord>({"hash", "origin", "parameters", "active_parameters", "flops",
                                               "state_exact", "state_mad", "served_state", "served_state_mad", "born"},
                                              "candidates ORDER BY born, hash");
}
std::vector<EvaluationRecord> Store::scores() const {
  return database_->get_some<EvaluationRecord>(
      {"number", "hash", "rung", "seed_set", "finished", "outcome", "score", "violation", "core_seconds", "retry",
       "bits_per_byte", "bits_per_byte_recall"},
      "evaluations");
}
std::vector<PretrainingRecord> Store::pretrainings() const {
  return database_->get<PretrainingRecord>("pretrainings ORDER BY role, hash");
}

std::vector<TrainingRecord> Store::trainings(std::int64_t evaluation) const {
  std::vector<TrainingRecord> out;
  for (auto& stored :
       database_->get<PlacedTraining>("trainings WHERE evaluation = ? ORDER BY task, setting, id", evaluation))
    out.push_back(std::move(stored.record));
  return out;
}

std::vector<PlacedTraining> Store::trainings() const {
  return database_->get<PlacedTraining>("trainings ORDER BY evaluation, task, setting, id");
}
std::vector<PlacedTraining> Store::training_times() const {
  return database_->get_some<PlacedTraining>(
      {"evaluation", "id", "task", "setting", "outcome", "message", "started", "seconds", "slot", "device", "host"},
      "trainings ORDER BY evaluation, task, setting, id");
}

std::map<std::pair<std::string, Outcome>, std::int64_t> Store::training_counts() const {
  return database_->guarded([&] {
    SQLite::Statement statement(database_->db(),
                                "SELECT task, outcome, count(*) FROM trainings GROUP BY task, outcome");
    std::map<std::pair<std::string, Outcome>, std::int64_t> out;
    while (statement.executeStep()) {
      const auto task = statement.getColumn(0).getString();
      try {
        out[{task, outcome_from(statement.getColumn(1).getString())}] = statement.getColumn(2).getInt64();
      } catch (const std::invalid_argument& error) {
        throw std::runtime_error(database_->file().string() + ": trainings of " + task + ": " + error.what());
      }
    }
    return out;
  });
}

std::vector<std::string> Store::kinds_of_device() const {
  return database_->guarded([&] {
    SQLite::Statement statement(database_->db(), "SELECT DISTINCT device FROM trainings WHERE device IS NOT NULL");
    std::set<std::string> out;
    while (statement.executeStep()) {
      const auto device = statement.getColumn(0).getString();  // "cuda:0 NVIDIA H100 80GB HBM3"
      const auto place = device.find(':');
      out.insert(place == std::string::npos ? device : device.substr(0, place) + after(device, place));
    }
    return std::vector<std::string>(out.begin(), out.end());
  });
}

std::optional<TrainingRecord> Store::training(const std::string& id) const {
  auto found = database_->get<PlacedTraining>("trainings WHERE id = ?", id);
  if (found.empty()) return {};
  return std::move(found.front().record);
}

Store::Batch::Batch(Store& store) : store_(&store) { store_->begin(); }
Store::Batch::~Batch() {
  try {
    commit();
  } catch (const std::exception&) {  // it is rolled back
  }
}
void Store::Batch::commit() {
  if (auto* store = std::exchange(store_, nullptr)) store->commit();
}

void Store::put_curves(const std::string& id, const std::string& json) {
  database_->execute("INSERT OR REPLACE INTO curves VALUES(?, ?)", id, json);
}
std::string Store::curves(const std::string& id) const {
  return database_->text_of("SELECT curves FROM curves WHERE training = ?", id);
}

void Store::put_inputs(const std::map<std::string, std::string>& inputs) {
  transaction([&] {
    database_->execute("DELETE FROM inputs");
    for (const auto& [name, content] : inputs) database_->execute("INSERT INTO inputs VALUES(?, ?)", name, content);
  });
}
std::map<std::string, std::string> Store::inputs() const {
  return database_->texts("SELECT name, content FROM inputs");
}

std::vector<std::pair<std::string, std::int64_t>> Store::training_places() const {
  return database_->guarded([&] {
    std::vector<std::pair<std::string, std::int64_t>> out;
    auto statement = database_->prepared("SELECT id, evaluation FROM trainings");
    while (statement->executeStep())
      out.emplace_back(statement->getColumn(0).getString(), statement->getColumn(1).getInt64());
    return out;
  });
}

std::vector<std::string> Store::stray_curves() const {
  return database_->guarded([&] {
    std::vector<std::string> out;
    auto statement =
        database_->prepared("SELECT training FROM curves WHERE training NOT IN (SELECT id FROM trainings)");
    while (statement->executeStep()) out.push_back(statement->getColumn(0).getString());
    return out;
  });
}

std::map<std::string, std::int64_t> Store::attempts() const {
  return database_->guarded([&] {
    std::map<std::string, std::int64_t> out;
    auto statement = database_->prepared("SELECT id, count FROM attempts");
    while (statement->executeStep()) out[statement->getColumn(0).getString()] = statement->getColumn(1).getInt64();
    return out;
  });
}

void Store::forget_evaluations_from(std::int64_t number) {
  database_->execute("DELETE FROM evaluations WHERE number >= ?", number);
  database_->execute("DELETE FROM candidates WHERE born >= ?", number);
}

bool Store::holds_results() const {
  return database_->guarded([&] {
    return database_->db()
               .execAndGet("SELECT EXISTS(SELECT 1 FROM trainings) OR EXISTS(SELECT 1 FROM pretrainings)")
               .getInt() != 0;
  });
}

void Store::clear() {
  database_->guarded([&] {
    for (const auto* table :
         {"meta", "inputs", "candidates", "evaluations", "trainings", "curves", "pretrainings", "attempts"})
      database_->db().exec(std::string("DELETE FROM ") + table);
  });
}

std::vector<std::string> Store::damage() const {
  return database_->guarded([&] {
    auto out = madsearch::damage(database_->db());
    for (auto& sentence : foreign_schema(database_->db())) out.push_back(std::move(sentence));
    return out;
  });
}

void Store::backup(const std::filesystem::path& file) const {
  madsearch::backup(database_->db(), database_->file(), file);
}

// A savepoint, as a transaction may call what has one of its own; the outermost is the commit.
void Store::begin() {
  database_->guarded([&] { database_->db().exec("SAVEPOINT madsearch"); });
}
void Store::commit() {
  try {
    database_->guarded([&] { database_->db().exec("RELEASE madsearch"); });
  } catch (...) {
    rollback();
    throw;
  }
}
void Store::rollback() {
  if (sqlite3_get_autocommit(database_->db().getHandle()) != 0) return;  // a full disk has rolled it back already
  database_->guarded([&] { database_->db().exec("ROLLBACK TO madsearch; RELEASE madsearch"); });
}

}  // namespace madsearch
