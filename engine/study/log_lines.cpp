#include "engine/study/log_lines.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>

#include "configs/errors.h"
#include "configs/text.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

/// A file of lines, which no other process appends to while this lives, unless it lies where there are no locks.
class LockedFile {
 public:
  explicit LockedFile(const fs::path& path)
      : path_(path), descriptor_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) fail();
    while (flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) continue;
  }
  ~LockedFile() { close(descriptor_); }
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;

  /// On disk when it returns. What a kill cut short at the end of the file is dropped: behind it the line would not be
  /// read.
  void append(const std::string& line) {
    auto end = end_of_whole_lines();
    if (ftruncate(descriptor_, end) != 0) fail();
    const auto text = line + "\n";
    for (std::size_t done = 0; done < text.size();) {
      const auto written = pwrite(descriptor_, text.data() + done, text.size() - done, end);
      if (written < 0 && errno != EINTR) fail();
      if (written < 0) continue;
      done += static_cast<std::size_t>(written);
      end += written;
    }
    if (fsync(descriptor_) != 0) fail();
  }

 private:
  off_t end_of_whole_lines() const {
    auto end = lseek(descriptor_, 0, SEEK_END);
    for (char last = 0; end > 0 && pread(descriptor_, &last, 1, end - 1) == 1 && last != '\n';) --end;
    return end;
  }
  [[noreturn]] void fail() const {
    throw ConfigError("cannot write " + printable(path_.native()) + ": " + std::strerror(errno));
  }

  fs::path path_;
  int descriptor_;
};

}  // namespace

void each_log_line(const fs::path& folder, const std::string& what,
                   const std::function<void(const std::string&)>& read) {
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) {
    if (entry.path().extension() != ".jsonl") continue;
    std::ifstream in(entry.path());
    std::int64_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (in.eof()) break;  // no end of line: a kill cut it short
      try {
        read(line);
      } catch (const std::exception& error) {
        throw ConfigError(printable(entry.path().native()) + ":" + std::to_string(number) + ": no " + what + ": " +
                          printable(error.what(), 200));
      }
    }
  }
}

void append_log_line(const fs::path& folder, const std::string& name, const std::string& line) {
  std::error_code failed;  // opening the file says why
  fs::create_directories(folder, failed);
  LockedFile(folder / (name + ".jsonl")).append(line);
}

}  // namespace madsearch
