#pragma once
#include <filesystem>

namespace madsearch {

/// The right to write a store, held while this object lives: a lock on the file with the ending .lock beside it. The
/// system lets go of it when the process dies, however it dies.
class StoreLock {
 public:
  /// Throws ConfigError if another process holds it, with that process's number, or if the file cannot be written.
  explicit StoreLock(const std::filesystem::path& store);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace madsearch
