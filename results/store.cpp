#include "results/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <set>
#include <sstream>
#include <utility>

#include "configs/errors.h"
#include "configs/text.h"
#include "results/fields.h"
#include "results/store_backup.h"
#include "results/store_lock.h"
#include "results/store_schema.h"

namespace madsearch {
namespace {

constexpr int busy_milliseconds = 10'000;

template <Is<PlacedTraining> R, class Visit>
void fields(R& stored, Visit visit) {
  visit("evaluation", stored.evaluation);
  fields(stored.record, visit);
}

/// What stands after the first space from `place` on, the space with it; "" without one.
std::string after(const std::string& text, std::size_t place) {
  const auto space = text.find(' ', place);
  return space == std::string::npos ? "" : text.substr(space);
}

void bind(SQLite::Statement& statement, int at, const std::string& value) { statement.bind(at, value); }
void bind(SQLite::Statement& statement, int at, std::int64_t value) { statement.bind(at, value); }
void bind(SQLite::Statement& statement, int at, bool value) { statement.bind(at, value ? 1 : 0); }
void bind(SQLite::Statement& statement, int at, double value) { statement.bind(at, value); }
template <class T>
void bind(SQLite::Statement& statement, int at, const std::optional<T>& value) {
  if (value)
    bind(statement, at, *value);
  else
    statement.bind(at);  // NULL
}
void bind(SQLite::Statement& statement, int at, Outcome value) { statement.bind(at, to_text(value)); }
void bind(SQLite::Statement& statement, int at, Rung value) { statement.bind(at, to_text(value)); }
void bind(SQLite::Statement& statement, int at, const std::vector<std::string>& hashes) {
  statement.bind(at, joined(hashes, " "));
}

void read(const SQLite::Column& column, std::string& value) { value = column.getString(); }
void read(const SQLite::Column& column, std::int64_t& value) { value = column.getInt64(); }
void read(const SQLite::Column& column, bool& value) { value = column.getInt() != 0; }
void read(const SQLite::Column& column, double& value) { value = column.getDouble(); }
template <class T>
void read(const SQLite::Column& column, std::optional<T>& value) {
  if (!column.isNull()) read(column, value.emplace());
}
void read(const SQLite::Column& column, Outcome& value) { value = outcome_from(column.getString()); }
void read(const SQLite::Column& column, Rung& value) { value = rung_from(column.getString()); }
void read(const SQLite::Column& column, std::vector<std::string>& hashes) {
  std::istringstream words(column.getString());
  for (std::string word; words >> word;) hashes.push_back(word);
}

/// The columns of a record's table.
template <class R>
std::vector<std::string> columns() {
  std::vector<std::string> names;
  R record;
  fields(record, [&](const char* name, auto&) { names.push_back(name); });
  return names;
}

/// A statement that was used before, and is used again once this is gone.
class Prepared {
 public:
  explicit Prepared(SQLite::Statement& statement) : statement_(statement) {}
  ~Prepared() {
    statement_.tryReset();
    statement_.clearBindings();
  }
  Prepared(const Prepared&) = delete;
  SQLite::Statement& operator*() { return statement_; }
  SQLite::Statement* operator->() { return &statement_; }

 private:
  SQLite::Statement& statement_;
};

}  // namespace

struct Store::Database {
  std::filesystem::path file;
  std::optional<StoreLock> lock;
  std::optional<SQLite::Database> db;
  mutable std::map<std::string, SQLite::Statement> statements;  // by their text

  /// Runs `body`; what SQLite has to say becomes a sentence with the file's name.
  template <class Body>
  auto guarded(Body&& body) const {
    try {
      return body();
    } catch (const SQLite::Exception& error) {
      throw std::runtime_error(file.string() + ": " + error.what());
    }
  }

  /// A statement, translated once.
  Prepared prepared(const std::string& text) const {
    auto place = statements.find(text);
    if (place == statements.end()) place = statements.try_emplace(text, *db, text).first;
    return Prepared(place->second);
  }

  template <class R>
  void put(const char* verb, const char* table, const R& record) {
    guarded([&] {
      static const auto names = columns<R>();
      static const auto values =
          "(" + joined(names, ",") + ") VALUES(" + joined(std::vector<std::string>(names.size(), "?"), ",") + ")";
      auto statement = prepared(std::string(verb) + " INTO " + table + values);
      int at = 0;
      fields(record, [&](const char*, const auto& value) { bind(*statement, ++at, value); });
      statement->exec();
    });
  }

  /// `rest` is what follows FROM, with one ? for `key` if there is one.
  template <class R, class... Key>
  std::vector<R> get(const std::string& rest, const Key&... key) const {
    static const auto names = columns<R>();
    return get_some<R>(names, rest, key...);
  }

  /// Records of which only the columns `names` are read, in the order of their fields.
  template <class R, class... Key>
  std::vector<R> get_some(const std::vector<std::string>& names, const std::string& rest, const Key&... key) const {
    return guarded([&] {
      auto statement = prepared("SELECT " + joined(names, ",") + " FROM " + rest);
      (bind(*statement, 1, key), ...);
      std::vector<R> out;
      while (statement->executeStep()) {
        int at = 0;
        fields(out.emplace_back(), [&](const char* name, auto& value) {
          if (at == static_cast<int>(names.size()) || names[static_cast<std::size_t>(at)] != name) return;
          try {
            read(statement->getColumn(at++), value);
          } catch (const std::invalid_argument& error) {
            throw std::runtime_error(unreadable(names, rest, *statement) + error.what());
          }
        });
      }
      return out;
    });
  }

  /// "search.db: trainings, row abc/battery/0/recall/0: "
  std::string unreadable(const std::vector<std::string>& names, const std::string& rest,
                         SQLite::Statement& statement) const {
    const auto key = std::find_if(names.begin(), names.end(), [](const std::string& name) {
      return name == "id" || name == "number" || name == "hash";
    });
    const auto column = static_cast<int>(key - names.begin());
    return file.string() + ": " + rest.substr(0, rest.find(' ')) + ", row " + statement.getColumn(column).getString() +
           ": ";
  }

  /// Runs a statement that gives no rows, with its values in order.
  template <class... Value>
  void execute(const std::string& text, const Value&... values) {
    guarded([&] {
      auto statement = prepared(text);
      int at = 0;
      (bind(*statement, ++at, values), ...);
      statement->exec();
    });
  }

  /// What a statement selects under `key`; "" if there is no row.
  std::string text_of(const std::string& text, const std::string& key) const {
    return guarded([&]() -> std::string {
      auto statement = prepared(text);
      bind(*statement, 1, key);
      return statement->executeStep() ? statement->getColumn(0).getString() : "";
    });
  }

  /// All rows of a statement that selects two texts, by the first.
  std::map<std::string, std::string> texts(const std::string& text) const {
    return guarded([&] {
      std::map<std::string, std::string> out;
      auto statement = prepared(text);
      while (statement->executeStep()) out[statement->getColumn(0).getString()] = statement->getColumn(1).getString();
      return out;
    });
  }

  /// What is answered is not tried again.
  void end_attempts(const std::string& id) { execute("DELETE FROM attempts WHERE id = ?", id); }

  /// Opened so, the file is taken for one that nobody writes.
  std::string immutable_address() const {
    std::string out = "file:";
    for (const char letter : file.string()) {
      if (std::isalnum(static_cast<unsigned char>(letter)) != 0 || std::strchr("/._-~", letter) != nullptr)
        out += letter;
      else
        out += "%" + hexadecimal(static_cast<unsigned char>(letter)).substr(14);
    }
    return out + "?immutable=1";
  }

  std::filesystem::path beside(const std::string& ending) const { return file.string() + ending; }

  int pragma(const char* name) { return db->execAndGet(std::string("PRAGMA ") + name).getInt(); }

  void open(Mode mode) {
    if (mode == Mode::kWrite) {
      auto taken = StoreLock::take(file);
      if (!taken)
        throw ConfigError(file.string() + " is being written by another madsearch" + holder() +
                          "; one search at a time");
      lock.emplace(std::move(*taken));
      db.emplace(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_milliseconds);
    } else {
      open_to_read();
    }
    check(mode);
    if (mode == Mode::kRead) return begin_to_read();
    db->exec("PRAGMA journal_mode = WAL");
    db->exec("PRAGMA synchronous = FULL");
    db->exec("PRAGMA cache_size = -32768");  // 32 MiB: ids are in no order, so writing reads pages from all over
    keep_former_schema(*db, file);
    migrate(*db);
    // What runs by now was begun by a coordinator that was killed, and its workers with it.
    db->exec("UPDATE attempts SET count = count - 1, running = 0 WHERE running");
  }

  /// " (process 12 on host)", from RunMeta::writer; nothing where the store doesn't say.
  std::string holder() const {
    try {
      SQLite::Database other(file.string(), SQLite::OPEN_READONLY);
      return " (process " + other.execAndGet("SELECT value FROM meta WHERE key = 'writer'").getString() + ")";
    } catch (const SQLite::Exception&) {  // it has just begun
      return "";
    }
  }

  /// All that is read from now on is of one moment, whatever a writer does meanwhile.
  void begin_to_read() {
    db->exec("BEGIN");
    pragma("schema_version");  // the first reading is that moment
  }

  /// WAL wants a -shm file beside the store. A folder that we may not write has no place for it; a store without a -wal
  /// file that lies there is read as what cannot change.
  void open_to_read() {
    db.emplace(file.string(), SQLite::OPEN_READONLY, busy_milliseconds);
    try {
      pragma("user_version");
    } catch (const SQLite::Exception& error) {
      const auto code = error.getErrorCode();
      const auto wal = beside("-wal");
      // Only the very beginning of a store, before its log, is written by a rollback journal.
      if (code == SQLITE_READONLY && std::filesystem::exists(beside("-journal")))
        throw EmptyStore(file.string() + " holds no results yet");
      if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY) throw;
      if (std::filesystem::exists(wal) && std::filesystem::file_size(wal) > 0)
        throw ConfigError("cannot read " + file.string() +
                          " in a folder that may not be written, as its last writer left " + wal.filename().string() +
                          " beside it: copy both files to a folder of your own");
      db.emplace(immutable_address(), SQLite::OPEN_READONLY | SQLite::OPEN_URI, busy_milliseconds);
    }
  }

  /// Before anything is written: is it ours to write?
  void check(Mode mode) {
    const int newest = static_cast<int>(store_migrations().size());
    const int version = pragma("user_version");
    const bool empty = version == 0 && db->execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
    if (empty && mode == Mode::kRead) throw EmptyStore(file.string() + " holds no results yet");
    if (empty) return;
    if (pragma("application_id") != kStoreApplication) throw ConfigError(file.string() + " is not a madsearch store");
    if (version > newest)
      throw ConfigError(file.string() + " was written by a newer madsearch (schema " + std::to_string(version) +
                        ", this one knows up to " + std::to_string(newest) + ")");
    if (version < newest && mode == Mode::kRead) db = migrated_copy(*db);
  }
};

Store::Store(const std::filesystem::path& file, Mode mode) : database_(std::make_unique<Database>()) {
  database_->file = file;
  if (mode == Mode::kRead && !std::filesystem::exists(file))
    throw ConfigError("no results: " + file.string() + " is missing");
  std::error_code unknown;
  if (mode == Mode::kRead && !std::filesystem::is_regular_file(file, unknown) && !unknown)
    throw ConfigError(file.string() + " is not a file");  // a pipe would be waited for
  try {
    database_->open(mode);
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() == SQLITE_NOTADB) throw ConfigError(file.string() + " is not a madsearch store");
    throw ConfigError("cannot " + std::string(mode == Mode::kRead ? "read " : "write ") + file.string() + ": " +
                      error.what());
  }
}

void Store::check_in_place() const {
  if (database_->lock && !database_->lock->in_place())
    throw std::runtime_error(database_->file.string() +
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
      {"number", "hash", "rung", "seed_set", "finished", "outcome", "score", "violation", "core_seconds", "retry"},
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
    SQLite::Statement statement(*database_->db, "SELECT task, outcome, count(*) FROM trainings GROUP BY task, outcome");
    std::map<std::pair<std::string, Outcome>, std::int64_t> out;
    while (statement.executeStep()) {
      const auto task = statement.getColumn(0).getString();
      try {
        out[{task, outcome_from(statement.getColumn(1).getString())}] = statement.getColumn(2).getInt64();
      } catch (const std::invalid_argument& error) {
        throw std::runtime_error(database_->file.string() + ": trainings of " + task + ": " + error.what());
      }
    }
    return out;
  });
}

std::vector<std::string> Store::kinds_of_device() const {
  return database_->guarded([&] {
    SQLite::Statement statement(*database_->db, "SELECT DISTINCT device FROM trainings WHERE device IS NOT NULL");
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
    return database_->db->execAndGet("SELECT EXISTS(SELECT 1 FROM trainings) OR EXISTS(SELECT 1 FROM pretrainings)")
               .getInt() != 0;
  });
}

void Store::clear() {
  database_->guarded([&] {
    for (const auto* table :
         {"meta", "inputs", "candidates", "evaluations", "trainings", "curves", "pretrainings", "attempts"})
      database_->db->exec(std::string("DELETE FROM ") + table);
  });
}

std::vector<std::string> Store::damage() const {
  return database_->guarded([&] {
    auto out = madsearch::damage(*database_->db);
    for (auto& sentence : foreign_schema(*database_->db)) out.push_back(std::move(sentence));
    return out;
  });
}

void Store::backup(const std::filesystem::path& file) const {
  madsearch::backup(*database_->db, database_->file, file);
}

// A savepoint, as a transaction may call what has one of its own; the outermost is the commit.
void Store::begin() {
  database_->guarded([&] { database_->db->exec("SAVEPOINT madsearch"); });
}
void Store::commit() {
  try {
    database_->guarded([&] { database_->db->exec("RELEASE madsearch"); });
  } catch (...) {
    rollback();
    throw;
  }
}
void Store::rollback() {
  if (sqlite3_get_autocommit(database_->db->getHandle()) != 0) return;  // a full disk has rolled it back already
  database_->guarded([&] { database_->db->exec("ROLLBACK TO madsearch; RELEASE madsearch"); });
}

}  // namespace madsearch
