#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace madsearch {

/// Tells a store from any other SQLite file (PRAGMA application_id): "mads".
inline constexpr int kStoreApplication = 0x6d616473;

/// Statements that take a store from schema n to n + 1; a new store takes them all. They are history: the files that
/// people have were made by them, so a change is a new statement at the end. Real columns may be NULL: SQLite keeps NaN
/// so.
const std::vector<const char*>& store_migrations();

/// Brings a database of an older schema up to date.
void migrate(SQLite::Database& db);

/// What of a database of today's schema is not as the migrations make it, a sentence each.
std::vector<std::string> foreign_schema(SQLite::Database& db);

/// A copy in memory of today's schema: an older madsearch wrote `db`, and who reads it must not change it.
SQLite::Database migrated_copy(SQLite::Database& db);

/// Before a store of an older schema that holds results is migrated: leaves a copy, FILE.schema2, for who goes back to
/// the madsearch that wrote it.
void keep_former_schema(SQLite::Database& db, const std::filesystem::path& file);

}  // namespace madsearch
