#pragma once
#include <vector>

namespace madsearch {

/// Tells a store from any other SQLite file (PRAGMA application_id): "mads".
inline constexpr int kStoreApplication = 0x6d616473;

/// Statements that take a store from schema n to n + 1; a new store takes them all. They are history: the files that
/// people have were made by them, so a change is a new statement at the end. Real columns may be NULL: SQLite keeps NaN
/// so.
const std::vector<const char*>& store_migrations();

}  // namespace madsearch
