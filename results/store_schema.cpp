#include "results/store_schema.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>

#include <cctype>
#include <map>
#include <string>

namespace madsearch {
namespace {

constexpr const char* first = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE candidates(
  hash TEXT PRIMARY KEY, text TEXT NOT NULL, origin TEXT NOT NULL, parents TEXT NOT NULL,
  parameters INTEGER NOT NULL, active_parameters INTEGER NOT NULL, flops INTEGER NOT NULL,
  state_exact INTEGER NOT NULL, state_mad INTEGER NOT NULL, born INTEGER NOT NULL);
CREATE TABLE evaluations(
  number INTEGER PRIMARY KEY, hash TEXT NOT NULL, rung TEXT NOT NULL, seed_set INTEGER NOT NULL,
  finished INTEGER NOT NULL, outcome TEXT NOT NULL, score REAL, test_score REAL, violation REAL,
  core_seconds REAL, tasks_json TEXT NOT NULL);
CREATE TABLE trainings(
  id TEXT PRIMARY KEY, evaluation INTEGER NOT NULL, task TEXT NOT NULL, setting INTEGER NOT NULL,
  outcome TEXT NOT NULL, validation_a REAL, validation_b REAL, test REAL, test_macro REAL, test_loss REAL,
  learning_rate REAL, weight_decay REAL, edge INTEGER NOT NULL, steps INTEGER NOT NULL, core_seconds REAL,
  message TEXT NOT NULL);
CREATE INDEX trainings_of_evaluation ON trainings(evaluation);
CREATE TABLE pretrainings(
  hash TEXT NOT NULL, text TEXT NOT NULL, role TEXT NOT NULL, outcome TEXT NOT NULL, bits_per_byte REAL,
  bits_per_byte_recall REAL, learning_rate REAL, flops REAL, tuning_flops REAL, epochs REAL,
  parameters INTEGER NOT NULL, tokens INTEGER NOT NULL, width INTEGER NOT NULL, length INTEGER NOT NULL,
  state INTEGER NOT NULL, core_seconds REAL, message TEXT NOT NULL, PRIMARY KEY(hash, role));
CREATE TABLE attempts(id TEXT PRIMARY KEY, count INTEGER NOT NULL, running INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE operators(
  name TEXT PRIMARY KEY, tried INTEGER NOT NULL, succeeded INTEGER NOT NULL) WITHOUT ROWID;
)sql";

/// Who computed what, what a run was made from, curves, evaluations that are asked for again; what was not measured is
/// no longer 0, and of what was answered no attempts are kept.
constexpr const char* third = R"sql(
ALTER TABLE trainings ADD COLUMN started REAL;
ALTER TABLE trainings ADD COLUMN seconds REAL;
ALTER TABLE trainings ADD COLUMN slot INTEGER;
ALTER TABLE trainings ADD COLUMN device TEXT;
ALTER TABLE trainings ADD COLUMN host TEXT;
ALTER TABLE trainings ADD COLUMN revision TEXT;
ALTER TABLE pretrainings ADD COLUMN data TEXT;
ALTER TABLE pretrainings ADD COLUMN started REAL;
ALTER TABLE pretrainings ADD COLUMN seconds REAL;
ALTER TABLE pretrainings ADD COLUMN slot INTEGER;
ALTER TABLE pretrainings ADD COLUMN device TEXT;
ALTER TABLE pretrainings ADD COLUMN host TEXT;
ALTER TABLE pretrainings ADD COLUMN revision TEXT;
ALTER TABLE evaluations ADD COLUMN retry INTEGER NOT NULL DEFAULT 0;
CREATE TABLE inputs(name TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE curves(training TEXT PRIMARY KEY, curves TEXT NOT NULL) WITHOUT ROWID;
DROP TABLE operators;
CREATE INDEX evaluations_of_design ON evaluations(hash, rung, seed_set, retry, finished, outcome, score,
  violation);
UPDATE trainings SET validation_a = NULL, validation_b = NULL, test = NULL, test_macro = NULL, test_loss = NULL,
  learning_rate = NULL, weight_decay = NULL WHERE outcome <> 'ok';
UPDATE evaluations SET score = NULL, test_score = NULL, violation = NULL WHERE outcome <> 'ok' OR NOT finished;
UPDATE pretrainings SET bits_per_byte = NULL, bits_per_byte_recall = NULL, learning_rate = NULL WHERE outcome <> 'ok';
DELETE FROM attempts WHERE id IN (SELECT id FROM trainings) OR id IN (SELECT 'pretrain/' || hash FROM pretrainings);
)sql";

/// State is also counted where a model is served. Earlier releases counted it at the battery's length alone.
constexpr const char* fourth = R"sql(
ALTER TABLE candidates ADD COLUMN served_state INTEGER NOT NULL DEFAULT 0;
ALTER TABLE candidates ADD COLUMN served_state_mad INTEGER NOT NULL DEFAULT 0;
UPDATE candidates SET served_state = state_exact, served_state_mad = state_mad;
)sql";

/// Which targets of a pretraining are recalled, and how it was set up. The slice of earlier releases was another one.
constexpr const char* fifth = R"sql(
ALTER TABLE pretrainings ADD COLUMN recall_share REAL;
ALTER TABLE pretrainings ADD COLUMN setup TEXT;
UPDATE pretrainings SET bits_per_byte_recall = NULL;
)sql";

/// A small pretraining beside a battery.
constexpr const char* sixth = R"sql(
ALTER TABLE trainings ADD COLUMN bits_per_byte REAL;
ALTER TABLE trainings ADD COLUMN bits_per_byte_recall REAL;
ALTER TABLE trainings ADD COLUMN test_bits_per_byte REAL;
ALTER TABLE trainings ADD COLUMN test_bits_per_byte_recall REAL;
ALTER TABLE evaluations ADD COLUMN bits_per_byte REAL;
ALTER TABLE evaluations ADD COLUMN bits_per_byte_recall REAL;
ALTER TABLE evaluations ADD COLUMN test_bits_per_byte REAL;
ALTER TABLE evaluations ADD COLUMN test_bits_per_byte_recall REAL;
)sql";

/// How tables, indices, views and triggers are defined, by "table NAME". Without spaces, as releases broke their lines
/// elsewhere.
std::map<std::string, std::string> definitions(SQLite::Database& db) {
  std::map<std::string, std::string> out;
  SQLite::Statement rows(db, "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema");
  while (rows.executeStep()) {
    auto definition = rows.getColumn(1).getString();
    std::erase_if(definition, [](unsigned char letter) { return std::isspace(letter) != 0; });
    out[rows.getColumn(0).getString()] = definition;
  }
  return out;
}

int schema_of(SQLite::Database& db) { return db.execAndGet("PRAGMA user_version").getInt(); }

}  // namespace

const std::vector<const char*>& store_migrations() {
  static const std::vector<const char*> migrations = {
      first, "ALTER TABLE trainings ADD COLUMN trainings INTEGER NOT NULL DEFAULT 0", third, fourth, fifth, sixth,
  };
  return migrations;
}

void migrate(SQLite::Database& db) {
  const auto& migrations = store_migrations();
  for (auto version = static_cast<std::size_t>(schema_of(db)); version < migrations.size(); ++version) {
    SQLite::Transaction transaction(db);
    db.exec("PRAGMA application_id = " + std::to_string(kStoreApplication));
    db.exec(migrations[version]);
    db.exec("PRAGMA user_version = " + std::to_string(version + 1));
    transaction.commit();
  }
}

std::vector<std::string> foreign_schema(SQLite::Database& db) {
  SQLite::Database right(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  migrate(right);
  const auto expected = definitions(right);
  const auto found = definitions(db);
  std::vector<std::string> out;
  for (const auto& [name, definition] : expected) {
    const auto known = found.find(name);
    if (known == found.end())
      out.push_back("its " + name + " is missing");
    else if (known->second != definition)
      out.push_back("its " + name + " is not as madsearch makes it");
  }
  for (const auto& [name, definition] : found)
    if (!expected.contains(name)) out.push_back("its " + name + " is none of madsearch's");
  return out;
}

SQLite::Database migrated_copy(SQLite::Database& db) {
  SQLite::Database out(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  SQLite::Backup(out, db).executeStep(-1);
  migrate(out);
  out.exec("PRAGMA query_only = 1");
  return out;
}

void keep_former_schema(SQLite::Database& db, const std::filesystem::path& file) {
  const int version = schema_of(db);
  if (version == 0 || version == static_cast<int>(store_migrations().size())) return;
  if (db.execAndGet("SELECT count(*) FROM evaluations").getInt() == 0) return;
  const std::filesystem::path kept = file.string() + ".schema" + std::to_string(version);
  std::filesystem::remove(kept);  // perhaps a link, or of a migration that was killed
  SQLite::Database copy(kept.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  SQLite::Backup(copy, db).executeStep(-1);
}

}  // namespace madsearch
