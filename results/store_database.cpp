#include "results/store_database.h"

#include <sqlite3.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <utility>

#include "results/empty_store.h"
#include "results/store_backup.h"
#include "results/store_schema.h"

namespace madsearch {
namespace {

constexpr int busy_milliseconds = 10'000;

}  // namespace

std::string StoreDatabase::unreadable(const std::vector<std::string>& names, const std::string& rest,
                                      SQLite::Statement& statement) const {
  const auto key = std::find_if(names.begin(), names.end(), [](const std::string& name) {
    return name == "id" || name == "number" || name == "hash";
  });
  const auto column = static_cast<int>(key - names.begin());
  return file_.string() + ": " + rest.substr(0, rest.find(' ')) + ", row " + statement.getColumn(column).getString() +
         ": ";
}

std::string StoreDatabase::immutable_address() const {
  std::string out = "file:";
  for (const char letter : file_.string()) {
    if (std::isalnum(static_cast<unsigned char>(letter)) != 0 || std::strchr("/._-~", letter) != nullptr)
      out += letter;
    else
      out += "%" + hexadecimal(static_cast<unsigned char>(letter)).substr(14);
  }
  return out + "?immutable=1";
}

void StoreDatabase::open_to_write() {
  auto taken = StoreLock::take(file_);
  if (!taken)
    throw ConfigError(file_.string() + " is being written by another madsearch" + holder() + "; one search at a time");
  lock_.emplace(std::move(*taken));
  db_.emplace(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_milliseconds);
  if (!is_empty()) check();
  db_->exec("PRAGMA journal_mode = WAL");
  db_->exec("PRAGMA synchronous = FULL");
  db_->exec("PRAGMA cache_size = -32768");  // 32 MiB: ids are in no order, so writing reads pages from all over
  keep_former_schema(*db_, file_);
  migrate(*db_);
  // What runs by now was begun by a coordinator that was killed, and its workers with it.
  db_->exec("UPDATE attempts SET count = count - 1, running = 0 WHERE running");
}

void StoreDatabase::open_to_read() {
  open_file_to_read();
  if (is_empty()) throw EmptyStore(file_.string() + " holds no results yet");
  check();
  if (pragma("user_version") < static_cast<int>(store_migrations().size())) db_ = migrated_copy(*db_);
  db_->exec("BEGIN");
  pragma("schema_version");  // the first reading is the moment
}

std::string StoreDatabase::holder() const {
  try {
    SQLite::Database other(file_.string(), SQLite::OPEN_READONLY);
    return " (process " + other.execAndGet("SELECT value FROM meta WHERE key = 'writer'").getString() + ")";
  } catch (const SQLite::Exception&) {  // it has just begun
    return "";
  }
}

/// WAL wants a -shm file beside the store. A folder that we may not write has no place for it; a store without a -wal
/// file that lies there is read as what cannot change.
void StoreDatabase::open_file_to_read() {
  db_.emplace(file_.string(), SQLite::OPEN_READONLY, busy_milliseconds);
  try {
    pragma("user_version");
  } catch (const SQLite::Exception& error) {
    const auto code = error.getErrorCode();
    const auto wal = beside("-wal");
    // Only the very beginning of a store, before its log, is written by a rollback journal.
    if (code == SQLITE_READONLY && std::filesystem::exists(beside("-journal")))
      throw EmptyStore(file_.string() + " holds no results yet");
    if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY) throw;
    if (std::filesystem::exists(wal) && std::filesystem::file_size(wal) > 0)
      throw ConfigError("cannot read " + file_.string() +
                        " in a folder that may not be written, as its last writer left " + wal.filename().string() +
                        " beside it: copy both files to a folder of your own");
    db_.emplace(immutable_address(), SQLite::OPEN_READONLY | SQLite::OPEN_URI, busy_milliseconds);
  }
}

bool StoreDatabase::is_empty() const {
  return pragma("user_version") == 0 && db_->execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
}

void StoreDatabase::check() const {
  if (pragma("application_id") != kStoreApplication) throw ConfigError(file_.string() + " is not a madsearch store");
  const int version = pragma("user_version");
  const int newest = static_cast<int>(store_migrations().size());
  if (version > newest)
    throw ConfigError(file_.string() + " was written by a newer madsearch (schema " + std::to_string(version) +
                      ", this one knows up to " + std::to_string(newest) + ")");
}

}  // namespace madsearch
