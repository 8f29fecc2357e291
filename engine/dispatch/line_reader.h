#pragma once
#include <string>
#include <vector>

namespace madsearch {

/// The lines that come out of a descriptor, which stays its owner's.
class LineReader {
 public:
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  /// Reads what is there; waits for something only where the descriptor blocks. False if there is nothing now, or
  /// enough for once.
  bool read();
  /// The whole lines that were read, each once.
  std::vector<std::string> lines();
  bool closed() const { return closed_; }  // it is at its end

 private:
  int descriptor_;
  std::string unread_;
  bool closed_ = false;
};

}  // namespace madsearch
