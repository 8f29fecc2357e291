#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

namespace madsearch {

/// Where a run stands.
struct Status {
  // finished ones
  std::int64_t probes = 0;
  std::int64_t batteries = 0;
  std::int64_t confirms = 0;
  std::int64_t pretrainings = 0;

  // of the search and its confirmation, replayed ones included
  std::int64_t evaluations = 0;
  std::int64_t planned = 0;

  std::int64_t front = 0;
  std::int64_t failed = 0;
  double hypervolume = 0;        // share of the box
  double per_hour = 0;           // evaluations, of this session; 0 while unknown
  double seconds_left = 0;       // 0 while unknown
  std::string phase = "search";  // "search", "confirm", "pretrain"
};

/// Shows a run's status on one line that is rewritten on a terminal, as plain lines at most every `seconds` elsewhere.
class ProgressLine {
 public:
  /// `columns` tells the width of a terminal, and is asked for each line; empty: `out` is none. `out` outlives this.
  ProgressLine(std::ostream& out, std::function<int()> columns, double seconds = 60);
  ~ProgressLine();
  void show(const Status& status, bool now = false);
  /// A sentence of its own line, without control characters; the status comes back below it.
  void say(const std::string& sentence);
  bool unread() const;  // whether `out` takes nothing any more, as its reader is gone or its disk full

 private:
  std::ostream& out_;
  std::function<int()> columns_;
  double seconds_;
  std::string line_;  // what stands on the terminal
  std::chrono::steady_clock::time_point last_{};
};

/// One line of at most `columns` letters: what doesn't fit is left out, the least important first.
std::string to_text(const Status& status, int columns, bool with_bar = false);

}  // namespace madsearch
