#pragma once
#include <filesystem>
#include <optional>

namespace madsearch {

/// Whether a process holds the lock of a store, as it writes it. Leaves no lock of its own; to be asked while this
/// process has no connection to the file, for the reason below. False for a file that can't be opened.
bool is_written(const std::filesystem::path& store);

/// The right to write a store, held while this object lives: a lock on the database file itself, whatever name or link
/// led to it, on a byte that SQLite leaves alone. A lock that others take with `flock` is none to it. The system lets
/// go of it when the process dies, however it dies.
///
/// Letting go closes a descriptor of the file, and with that the system drops the locks that other connections of this
/// process hold there; so a StoreLock outlives its own connection, and there is no other while it goes.
class StoreLock {
 public:
  /// Makes the file if it is missing. Nothing if another holds the lock for a second on. Throws ConfigError if the file
  /// can't be written or locked, and if it has a second name: SQLite would keep a log beside each of them.
  static std::optional<StoreLock> take(const std::filesystem::path& store);
  ~StoreLock();
  StoreLock(StoreLock&& other) noexcept;

  bool in_place() const;  // whether the name still leads to the file that is locked

 private:
  StoreLock(std::filesystem::path store, int descriptor);
  std::filesystem::path store_;
  int descriptor_;
};

}  // namespace madsearch
