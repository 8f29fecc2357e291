#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "configs/text.h"
#include "results/fields.h"

namespace madsearch {

// How the fields of records (fields.h) stand in columns: what isn't known is NULL, outcomes and rungs are words, lists
// of hashes are words with spaces between.

template <Is<PlacedTraining> R, class Visit>
void fields(R& stored, Visit visit) {
  visit("evaluation", stored.evaluation);
  fields(stored.record, visit);
}

inline void bind(SQLite::Statement& statement, int at, const std::string& value) { statement.bind(at, value); }
inline void bind(SQLite::Statement& statement, int at, std::int64_t value) { statement.bind(at, value); }
inline void bind(SQLite::Statement& statement, int at, bool value) { statement.bind(at, value ? 1 : 0); }
inline void bind(SQLite::Statement& statement, int at, double value) { statement.bind(at, value); }
template <class T>
inline void bind(SQLite::Statement& statement, int at, const std::optional<T>& value) {
  if (value)
    bind(statement, at, *value);
  else
    statement.bind(at);  // NULL
}
inline void bind(SQLite::Statement& statement, int at, Outcome value) { statement.bind(at, to_text(value)); }
inline void bind(SQLite::Statement& statement, int at, Rung value) { statement.bind(at, to_text(value)); }
inline void bind(SQLite::Statement& statement, int at, const std::vector<std::string>& hashes) {
  statement.bind(at, joined(hashes, " "));
}

inline void read(const SQLite::Column& column, std::string& value) { value = column.getString(); }
inline void read(const SQLite::Column& column, std::int64_t& value) { value = column.getInt64(); }
inline void read(const SQLite::Column& column, bool& value) { value = column.getInt() != 0; }
inline void read(const SQLite::Column& column, double& value) { value = column.getDouble(); }
template <class T>
inline void read(const SQLite::Column& column, std::optional<T>& value) {
  if (!column.isNull()) read(column, value.emplace());
}
inline void read(const SQLite::Column& column, Outcome& value) { value = outcome_from(column.getString()); }
inline void read(const SQLite::Column& column, Rung& value) { value = rung_from(column.getString()); }
inline void read(const SQLite::Column& column, std::vector<std::string>& hashes) {
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

}  // namespace madsearch
