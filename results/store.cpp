#include "results/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <sstream>
#include <tuple>
#include <utility>

#include "configs/errors.h"

namespace madsearch {
namespace {

constexpr int application = 0x6d616473;  // "mads": tells a store from any other SQLite file

/// Statement n takes a store from schema n to n + 1; a new store takes them all. Real columns may be NULL: SQLite keeps
/// NaN so.
const std::vector<const char*> migrations = {R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE candidates(hash TEXT PRIMARY KEY, text TEXT NOT NULL, origin TEXT NOT NULL, parents TEXT NOT NULL, parameters INTEGER NOT NULL,
  active_parameters INTEGER NOT NULL, flops INTEGER NOT NULL, state_exact INTEGER NOT NULL, state_mad INTEGER NOT NULL, born INTEGER NOT NULL);
CREATE TABLE evaluations(number INTEGER PRIMARY KEY, hash TEXT NOT NULL, rung TEXT NOT NULL, seed_set INTEGER NOT NULL, finished INTEGER NOT NULL,
  outcome TEXT NOT NULL, score REAL, test_score REAL, violation REAL, core_seconds REAL, tasks_json TEXT NOT NULL);
CREATE TABLE trainings(id TEXT PRIMARY KEY, evaluation INTEGER NOT NULL, task TEXT NOT NULL, setting INTEGER NOT NULL, outcome TEXT NOT NULL,
  validation_a REAL, validation_b REAL, test REAL, test_macro REAL, test_loss REAL, learning_rate REAL, weight_decay REAL, edge INTEGER NOT NULL,
  steps INTEGER NOT NULL, core_seconds REAL, message TEXT NOT NULL);
CREATE INDEX trainings_of_evaluation ON trainings(evaluation);
CREATE TABLE pretrainings(hash TEXT NOT NULL, text TEXT NOT NULL, role TEXT NOT NULL, outcome TEXT NOT NULL, bits_per_byte REAL,
  bits_per_byte_recall REAL, learning_rate REAL, flops REAL, tuning_flops REAL, epochs REAL, parameters INTEGER NOT NULL, tokens INTEGER NOT NULL,
  width INTEGER NOT NULL, length INTEGER NOT NULL, state INTEGER NOT NULL, core_seconds REAL, message TEXT NOT NULL, PRIMARY KEY(hash, role));
CREATE TABLE attempts(id TEXT PRIMARY KEY, count INTEGER NOT NULL, running INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE operators(name TEXT PRIMARY KEY, tried INTEGER NOT NULL, succeeded INTEGER NOT NULL) WITHOUT ROWID;
)sql",
                                             "ALTER TABLE trainings ADD COLUMN trainings INTEGER NOT NULL DEFAULT 0"};

// The columns of each record, once for writing and for reading.
template <class R, class Visit>
requires std::is_same_v<std::remove_const_t<R>, CandidateRecord>
void columns(R& r, Visit visit) {
  visit("hash", r.hash), visit("text", r.text), visit("origin", r.origin), visit("parents", r.parents),
      visit("parameters", r.parameters);
  visit("active_parameters", r.active_parameters), visit("flops", r.flops), visit("state_exact", r.state_exact),
      visit("state_mad", r.state_mad);
  visit("born", r.born);
}

template <class R, class Visit>
requires std::is_same_v<std::remove_const_t<R>, EvaluationRecord>
void columns(R& r, Visit visit) {
  visit("number", r.number), visit("hash", r.hash), visit("rung", r.rung), visit("seed_set", r.seed_set),
      visit("finished", r.finished);
  visit("outcome", r.outcome), visit("score", r.score), visit("test_score", r.test_score),
      visit("violation", r.violation);
  visit("core_seconds", r.core_seconds), visit("tasks_json", r.tasks_json);
}

struct StoredTraining {
  TrainingRecord record;
  std::int64_t evaluation = 0;
};

template <class R, class Visit>
requires std::is_same_v<std::remove_const_t<R>, StoredTraining>
void columns(R& stored, Visit visit) {
  auto& r = stored.record;
  visit("id", r.id), visit("evaluation", stored.evaluation), visit("task", r.task), visit("setting", r.setting),
      visit("outcome", r.outcome);
  visit("validation_a", r.validation_a), visit("validation_b", r.validation_b), visit("test", r.test),
      visit("test_macro", r.test_macro);
  visit("test_loss", r.test_loss), visit("learning_rate", r.learning_rate), visit("weight_decay", r.weight_decay),
      visit("edge", r.edge);
  visit("trainings", r.trainings), visit("steps", r.steps), visit("core_seconds", r.core_seconds),
      visit("message", r.message);
}

template <class R, class Visit>
requires std::is_same_v<std::remove_const_t<R>, PretrainingRecord>
void columns(R& r, Visit visit) {
  visit("hash", r.hash), visit("text", r.text), visit("role", r.role), visit("outcome", r.outcome),
      visit("bits_per_byte", r.bits_per_byte);
  visit("bits_per_byte_recall", r.bits_per_byte_recall), visit("learning_rate", r.learning_rate),
      visit("flops", r.flops);
  visit("tuning_flops", r.tuning_flops), visit("epochs", r.epochs), visit("parameters", r.parameters),
      visit("tokens", r.tokens);
  visit("width", r.width), visit("length", r.length), visit("state", r.state), visit("core_seconds", r.core_seconds),
      visit("message", r.message);
}

void bind(SQLite::Statement& statement, int at, const std::string& value) { statement.bind(at, value); }
void bind(SQLite::Statement& statement, int at, std::int64_t value) { statement.bind(at, value); }
void bind(SQLite::Statement& statement, int at, bool value) { statement.bind(at, value ? 1 : 0); }
void bind(SQLite::Statement& statement, int at, double value) { statement.bind(at, value); }
void bind(SQLite::Statement& statement, int at, Outcome value) { statement.bind(at, to_text(value)); }
void bind(SQLite::Statement& statement, int at, Rung value) { statement.bind(at, to_text(value)); }
void bind(SQLite::Statement& statement, int at, const std::vector<std::string>& hashes) {
  std::string words;
  for (const auto& hash : hashes) words += (words.empty() ? "" : " ") + hash;
  statement.bind(at, words);
}

void read(const SQLite::Column& column, std::string& value) { value = column.getString(); }
void read(const SQLite::Column& column, std::int64_t& value) { value = column.getInt64(); }
void read(const SQLite::Column& column, bool& value) { value = column.getInt() != 0; }
void read(const SQLite::Column& column, double& value) {
  value = column.isNull() ? std::numeric_limits<double>::quiet_NaN() : column.getDouble();
}
void read(const SQLite::Column& column, Outcome& value) { value = outcome_from(column.getString()); }
void read(const SQLite::Column& column, Rung& value) { value = rung_from(column.getString()); }
void read(const SQLite::Column& column, std::vector<std::string>& hashes) {
  std::istringstream words(column.getString());
  for (std::string word; words >> word;) hashes.push_back(word);
}

template <class R>
std::string names(std::string_view separator) {
  std::string out;
  R record;
  columns(record, [&](const char* name, auto&) { out += (out.empty() ? "" : std::string(separator)) + name; });
  return out;
}

/// Held while it lives; the system lets go of it when the process dies, however it dies.
class WriterLock {
 public:
  explicit WriterLock(const std::filesystem::path& store) {
    auto file = store;
    file.replace_extension(".lock");
    descriptor_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw ConfigError("cannot write " + store.string() + ": " + std::strerror(errno));
    if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) {
      const auto pid = std::to_string(getpid()) + "\n";  // for people; the lock is what counts
      std::ignore = ftruncate(descriptor_, 0);
      std::ignore = write(descriptor_, pid.data(), pid.size());
      return;
    }
    const auto why = errno;
    char holder[32] = {};
    const auto size = ::read(descriptor_, holder, sizeof holder - 1);
    close(descriptor_);
    if (why != EWOULDBLOCK) throw ConfigError("cannot lock " + file.string() + ": " + std::strerror(why));
    const std::string pid(holder, size > 0 ? static_cast<std::size_t>(size) : 0);
    throw ConfigError(store.string() + " is being written by another madsearch" +
                      (pid.empty() ? "" : " (process " + pid.substr(0, pid.find('\n')) + ")") +
                      "; one search at a time");
  }
  ~WriterLock() { close(descriptor_); }
  WriterLock(const WriterLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace

struct Store::Database {
  std::filesystem::path file;
  std::optional<WriterLock> lock;
  std::optional<SQLite::Database> db;

  /// Runs `body`; what SQLite has to say becomes a sentence with the file's name.
  template <class Body>
  auto guarded(Body&& body) const {
    try {
      return body();
    } catch (const SQLite::Exception& error) {
      throw std::runtime_error(file.string() + ": " + error.what());
    }
  }

  template <class R>
  void put(const char* verb, const char* table, const R& record) {
    guarded([&] {
      std::string marks;
      columns(record, [&](const char*, const auto&) { marks += marks.empty() ? "?" : ",?"; });
      SQLite::Statement statement(
          *db, std::string(verb) + " INTO " + table + "(" + names<R>(",") + ") VALUES(" + marks + ")");
      int at = 0;
      columns(record, [&](const char*, const auto& value) { bind(statement, ++at, value); });
      statement.exec();
    });
  }

  /// `rest` is what follows FROM, with one ? for `key` if there is one.
  template <class R, class... Key>
  std::vector<R> get(const std::string& rest, const Key&... key) const {
    return guarded([&] {
      SQLite::Statement statement(*db, "SELECT " + names<R>(",") + " FROM " + rest);
      (bind(statement, 1, key), ...);
      std::vector<R> out;
      while (statement.executeStep()) {
        int at = 0;
        columns(out.emplace_back(), [&](const char*, auto& value) { read(statement.getColumn(at++), value); });
      }
      return out;
    });
  }

  int pragma(const char* name) { return db->execAndGet(std::string("PRAGMA ") + name).getInt(); }

  void open(Mode mode) {
    using SQLite::OPEN_CREATE, SQLite::OPEN_READONLY, SQLite::OPEN_READWRITE, SQLite::OPEN_URI;
    constexpr int busy_milliseconds = 10'000;
    if (mode == Mode::kWrite) {
      lock.emplace(file);
      db.emplace(file.string(), OPEN_READWRITE | OPEN_CREATE, busy_milliseconds);
    } else {
      db.emplace(file.string(), OPEN_READONLY, busy_milliseconds);
      try {
        pragma("user_version");
      } catch (const SQLite::Exception&
                   error) {  // WAL wants a -shm file beside it, which a read-only folder has no place for
        const auto code = error.getErrorCode();
        auto wal = file;
        if ((code != SQLITE_CANTOPEN && code != SQLITE_READONLY) || std::filesystem::exists(wal += "-wal")) throw;
        db.emplace("file:" + file.string() + "?immutable=1", OPEN_READONLY | OPEN_URI, busy_milliseconds);
      }
    }
    check(mode);
    if (mode == Mode::kRead) return;
    db->exec("PRAGMA journal_mode = WAL");
    db->exec("PRAGMA synchronous = FULL");
    migrate();
    db->exec(
        // the last coordinator was killed, and its workers with it
        "UPDATE attempts SET count = count - 1, running = 0 WHERE running");
  }

  /// Before anything is written: is it ours to write?
  void check(Mode mode) {
    const int newest = static_cast<int>(migrations.size()), version = pragma("user_version");
    const bool empty = version == 0 && db->execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
    if (empty && mode == Mode::kRead) throw ConfigError(file.string() + " holds no results yet");
    if (empty) return;
    if (pragma("application_id") != application) throw ConfigError(file.string() + " is not a madsearch store");
    if (version > newest)
      throw ConfigError(file.string() + " was written by a newer madsearch (schema " + std::to_string(version) +
                        ", this one knows up to " + std::to_string(newest) + ")");
    if (version < newest && mode == Mode::kRead)
      throw ConfigError(file.string() + " was written by an older madsearch (schema " + std::to_string(version) +
                        " of " + std::to_string(newest) + "); `madsearch resume` brings it up to date");
  }

  void migrate() {
    for (auto version = static_cast<std::size_t>(pragma("user_version")); version < migrations.size(); ++version) {
      SQLite::Transaction transaction(*db);
      db->exec("PRAGMA application_id = " + std::to_string(application));
      db->exec(migrations[version]);
      db->exec("PRAGMA user_version = " + std::to_string(version + 1));
      transaction.commit();
    }
  }
};

Store::Store(const std::filesystem::path& file, Mode mode) : database_(std::make_unique<Database>()) {
  database_->file = file;
  if (mode == Mode::kRead && !std::filesystem::exists(file))
    throw ConfigError("no results: " + file.string() + " is missing");
  try {
    database_->open(mode);
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() == SQLITE_NOTADB) throw ConfigError(file.string() + " is not a madsearch store");
    throw ConfigError("cannot " + std::string(mode == Mode::kRead ? "read " : "write ") + file.string() + ": " +
                      error.what());
  }
}

Store::~Store() = default;
Store::Store(Store&&) noexcept = default;

void Store::put_meta(const std::string& key, const std::string& value) {
  database_->guarded([&] {
    SQLite::Statement statement(*database_->db, "INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)");
    bind(statement, 1, key), bind(statement, 2, value);
    statement.exec();
  });
}

std::string Store::meta(const std::string& key) const {
  return database_->guarded([&]() -> std::string {
    SQLite::Statement statement(*database_->db, "SELECT value FROM meta WHERE key = ?");
    bind(statement, 1, key);
    return statement.executeStep() ? statement.getColumn(0).getString() : "";
  });
}

std::map<std::string, std::string> Store::meta() const {
  return database_->guarded([&] {
    std::map<std::string, std::string> out;
    SQLite::Statement statement(*database_->db, "SELECT key, value FROM meta");
    while (statement.executeStep()) out[statement.getColumn(0).getString()] = statement.getColumn(1).getString();
    return out;
  });
}

void Store::put(const CandidateRecord& record) {
  database_->put("INSERT OR IGNORE", "candidates", record);
}  // whoever met it first
void Store::put(const EvaluationRecord& record) { database_->put("INSERT OR REPLACE", "evaluations", record); }
void Store::put(const PretrainingRecord& record) { database_->put("INSERT OR REPLACE", "pretrainings", record); }
void Store::put(const TrainingRecord& record, std::int64_t evaluation) {
  transaction([&] {
    database_->put("INSERT OR REPLACE", "trainings", StoredTraining{record, evaluation});
    database_->guarded([&] {  // what is answered is not under way
      SQLite::Statement statement(*database_->db, "UPDATE attempts SET running = 0 WHERE id = ?");
      bind(statement, 1, record.id);
      statement.exec();
    });
  });
}

int Store::begin_attempt(const std::string& id) {
  return database_->guarded([&] {
    SQLite::Statement statement(*database_->db,
                                "INSERT INTO attempts VALUES(?, 1, 1) ON CONFLICT(id) DO UPDATE SET count = count + 1, "
                                "running = 1 RETURNING count");
    bind(statement, 1, id);
    statement.executeStep();
    const auto count = statement.getColumn(0).getInt();
    while (statement.executeStep()) {
    }  // the row counts as written once the statement is done
    return count;
  });
}

void Store::forget_attempt(const std::string& id) {
  database_->guarded([&] {
    SQLite::Statement statement(*database_->db,
                                "UPDATE attempts SET count = count - 1, running = 0 WHERE id = ? AND running");
    bind(statement, 1, id);
    statement.exec();
  });
}

std::vector<CandidateRecord> Store::candidates() const {
  return database_->get<CandidateRecord>("candidates ORDER BY born, hash");
}
std::vector<EvaluationRecord> Store::evaluations() const {
  return database_->get<EvaluationRecord>("evaluations ORDER BY number");
}
std::vector<PretrainingRecord> Store::pretrainings() const {
  return database_->get<PretrainingRecord>("pretrainings ORDER BY role, hash");
}

std::vector<TrainingRecord> Store::trainings(std::int64_t evaluation) const {
  std::vector<TrainingRecord> out;
  for (auto& stored :
       database_->get<StoredTraining>("trainings WHERE evaluation = ? ORDER BY task, setting, id", evaluation))
    out.push_back(std::move(stored.record));
  return out;
}

std::optional<TrainingRecord> Store::training(const std::string& id) const {
  auto found = database_->get<StoredTraining>("trainings WHERE id = ?", id);
  if (found.empty()) return {};
  return std::move(found.front().record);
}

void Store::count_operator(const std::string& name, bool success) {
  database_->guarded([&] {
    SQLite::Statement statement(*database_->db,
                                "INSERT INTO operators VALUES(?1, 1, ?2) ON CONFLICT(name) DO UPDATE SET tried = tried "
                                "+ 1, succeeded = succeeded + ?2");
    bind(statement, 1, name), bind(statement, 2, success);
    statement.exec();
  });
}

std::map<std::string, std::pair<std::int64_t, std::int64_t>> Store::operators() const {
  return database_->guarded([&] {
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> out;
    SQLite::Statement statement(*database_->db, "SELECT name, tried, succeeded FROM operators");
    while (statement.executeStep())
      out[statement.getColumn(0).getString()] = {statement.getColumn(1).getInt64(), statement.getColumn(2).getInt64()};
    return out;
  });
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
