#include "results/store_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "configs/errors.h"

namespace madsearch {
namespace {

constexpr off_t kByte = 0;  // SQLite locks bytes from 2^30 on
constexpr auto kPatience = std::chrono::milliseconds(1000);

struct stat status_of(int descriptor) {
  struct stat out {};
  fstat(descriptor, &out);
  return out;
}

struct flock own_byte() {
  struct flock out {};
  out.l_type = F_WRLCK;
  out.l_whence = SEEK_SET;
  out.l_start = kByte;
  out.l_len = 1;
  return out;
}

/// A lock of the open file, not of the process: SQLite, which opens and closes the same file, doesn't lose it.
bool lock(int descriptor) {
  auto byte = own_byte();
  return fcntl(descriptor, F_OFD_SETLK, &byte) == 0;
}

/// A process that a holder was about to start when it was killed has the lock until its program begins.
bool lock_soon(int descriptor) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!lock(descriptor)) {
    const bool held = errno == EAGAIN || errno == EACCES;
    if (!held || std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace

bool is_written(const std::filesystem::path& store) {
  const int descriptor = open(store.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return false;
  auto byte = own_byte();
  const bool held = fcntl(descriptor, F_OFD_GETLK, &byte) == 0 && byte.l_type != F_UNLCK;
  close(descriptor);
  return held;
}

std::optional<StoreLock> StoreLock::take(const std::filesystem::path& store) {
  const int descriptor = open(store.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
  if (descriptor < 0) throw ConfigError("cannot write " + store.string() + ": " + std::strerror(errno));
  if (!lock_soon(descriptor)) {
    // The descriptor stays open: closing it would drop the locks of a connection that this process may have.
    if (errno == EAGAIN || errno == EACCES) return {};
    throw ConfigError("cannot lock " + store.string() + ": " + std::strerror(errno));
  }
  StoreLock out(store, descriptor);
  const auto status = status_of(descriptor);
  if (!S_ISREG(status.st_mode)) throw ConfigError(store.string() + " is not a file");
  if (status.st_nlink > 1)
    throw ConfigError(store.string() +
                      " has a second name (a hard link), under which it could be written without its log; remove one "
                      "of the two names, or go on with a copy by `madsearch backup`");
  return out;
}

StoreLock::StoreLock(std::filesystem::path store, int descriptor) : store_(std::move(store)), descriptor_(descriptor) {}

StoreLock::StoreLock(StoreLock&& other) noexcept
    : store_(std::move(other.store_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

StoreLock::~StoreLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool StoreLock::in_place() const {
  const auto own = status_of(descriptor_);
  struct stat named {};
  return stat(store_.c_str(), &named) == 0 && named.st_dev == own.st_dev && named.st_ino == own.st_ino;
}

}  // namespace madsearch
