#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace madsearch {

/// What SQLite finds wrong with a database, a sentence each.
std::vector<std::string> damage(SQLite::Database& db);

/// Copies `db`, which `source` holds, to a file that must not exist yet, also while another process writes it, and
/// checks the copy. Throws ConfigError if the file is there or can't be written, std::runtime_error if the copy is
/// damaged.
void backup(SQLite::Database& db, const std::filesystem::path& source, const std::filesystem::path& file);

}  // namespace madsearch
