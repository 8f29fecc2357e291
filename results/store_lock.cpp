#include "results/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <tuple>

#include "configs/errors.h"

namespace madsearch {
namespace {

/// The first line of an open file.
std::string first_line(int descriptor) {
  char text[32] = {};
  const auto size = read(descriptor, text, sizeof text - 1);
  const std::string all(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  return all.substr(0, all.find('\n'));
}

}  // namespace

StoreLock::StoreLock(const std::filesystem::path& store) {
  auto file = store;
  file.replace_extension(".lock");
  descriptor_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw ConfigError("cannot write " + store.string() + ": " + std::strerror(errno));
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) {
    const auto pid = std::to_string(getpid()) + "\n";  // for people; the lock is what counts
    std::ignore = ftruncate(descriptor_, 0);
    std::ignore = write(descriptor_, pid.data(), pid.size());
    return;
  }
  const auto why = errno;
  const auto holder = first_line(descriptor_);
  close(descriptor_);
  if (why != EWOULDBLOCK) throw ConfigError("cannot lock " + file.string() + ": " + std::strerror(why));
  throw ConfigError(store.string() + " is being written by another madsearch" +
                    (holder.empty() ? "" : " (process " + holder + ")") + "; one search at a time");
}

StoreLock::~StoreLock() { close(descriptor_); }

}  // namespace madsearch
