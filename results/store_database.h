#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "results/store_lock.h"
#include "results/store_rows.h"

namespace madsearch {

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

/// The file of a store, and records in its tables. Not thread-safe.
class StoreDatabase {
 public:
  explicit StoreDatabase(std::filesystem::path file) : file_(std::move(file)) {}

  /// Both as Store's constructor, but for what SQLite throws; one of them before anything else.
  void open_to_write();
  /// All that is read from now on is of one moment, whatever a writer does meanwhile.
  void open_to_read();

  const std::filesystem::path& file() const { return file_; }
  SQLite::Database& db() const { return *db_; }
  /// Whether the file still has its name; true where it is only read.
  bool in_place() const { return !lock_ || lock_->in_place(); }

  /// Runs `body`; what SQLite has to say becomes a sentence with the file's name.
  template <class Body>
  auto guarded(Body&& body) const {
    try {
      return body();
    } catch (const SQLite::Exception& error) {
      throw std::runtime_error(file_.string() + ": " + error.what());
    }
  }

  /// A statement, translated once.
  Prepared prepared(const std::string& text) const {
    auto place = statements_.find(text);
    if (place == statements_.end()) place = statements_.try_emplace(text, *db_, text).first;
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

 private:
  /// The file, by whatever way it can be read.
  void open_file_to_read();
  /// Throws ConfigError unless it is a store of a madsearch that is no newer than this one. Precondition: not empty.
  void check() const;
  bool is_empty() const;
  /// Opened so, the file is taken for one that nobody writes.
  std::string immutable_address() const;
  /// " (process 12 on host)", from RunMeta::writer; nothing where the store doesn't say.
  std::string holder() const;
  /// "search.db: trainings, row abc/battery/0/recall/0: "
  std::string unreadable(const std::vector<std::string>& names, const std::string& rest,
                         SQLite::Statement& statement) const;
  std::filesystem::path beside(const std::string& ending) const { return file_.string() + ending; }
  int pragma(const char* name) const { return db_->execAndGet(std::string("PRAGMA ") + name).getInt(); }

  std::filesystem::path file_;
  std::optional<StoreLock> lock_;
  mutable std::optional<SQLite::Database> db_;
  mutable std::map<std::string, SQLite::Statement> statements_;  // by their text
};

}  // namespace madsearch
