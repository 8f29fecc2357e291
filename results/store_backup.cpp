#include "results/store_backup.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>

#include <stdexcept>

#include "configs/errors.h"

namespace madsearch {
namespace {

/// A whole copy of `db` in `part`, a file of its own.
void copy(SQLite::Database& db, const std::filesystem::path& source, const std::filesystem::path& part) {
  SQLite::Database out(part.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  SQLite::Backup(out, db).executeStep(-1);
  out.exec("PRAGMA journal_mode = DELETE");  // one file, also for who can't write beside it
  if (const auto found = damage(out); !found.empty())
    throw std::runtime_error("the copy of " + source.string() + " is damaged: " + found.front());
}

}  // namespace

std::vector<std::string> damage(SQLite::Database& db) {
  std::vector<std::string> out;
  SQLite::Statement statement(db, "PRAGMA integrity_check");
  while (statement.executeStep())
    if (const auto said = statement.getColumn(0).getString(); said != "ok") out.push_back(said);
  return out;
}

void backup(SQLite::Database& db, const std::filesystem::path& source, const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::exists(file, error))
    throw ConfigError(file.string() + " is there already; a backup needs a new file");
  const std::filesystem::path part = file.string() + ".part";
  std::filesystem::remove(part, error);
  try {
    copy(db, source, part);
    std::filesystem::rename(part, file);
  } catch (const SQLite::Exception& failure) {
    std::filesystem::remove(part, error);
    throw ConfigError("cannot copy " + source.string() + " to " + file.string() + ": " + failure.what());
  } catch (...) {
    std::filesystem::remove(part, error);
    throw;
  }
}

}  // namespace madsearch
