#pragma once
#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/dispatch/line_reader.h"

namespace madsearch {

/// How a command is made to end: its input is closed, which is enough for a worker. What is still there gets SIGTERM
/// after `terminate` seconds, and SIGKILL `kill` seconds later: `srun` gives its allocation back only if it is asked.
/// What is there `leave` seconds after that sits in the kernel, as where a GPU's driver hangs, and is left alone.
struct Farewell {
  double terminate = 1;
  double kill = 5;
  double leave = 30;
};

/// What a process finds in its environment beside ours; nothing: what it doesn't find there though we do.
using Environment = std::map<std::string, std::optional<std::string>>;

/// A command run by /bin/sh in a process group of its own, with lines of text going in and out and stderr left as ours.
/// Ends, all of its group, with this object.
class Process {
 public:
  /// Throws std::system_error if no process can be made; a command that doesn't exist
  /// is a process that ends.
  Process(const std::string& command, const Environment& environment, Farewell farewell = {});
  ~Process();
  Process(const Process&) = delete;

  /// Never blocks: what the command doesn't read yet is kept.
  void write_line(const std::string& line);
  void flush();  // writes some of what was kept
  bool wants_to_write() const { return !unwritten_.empty(); }
  /// The whole lines that have arrived. Never blocks.
  std::vector<std::string> read_lines();
  bool closed() const { return said_.closed(); }  // its output is at its end; there are no more lines

  int input() const { return input_; }  // descriptors, for poll
  int output() const { return output_; }
  pid_t pid() const { return pid_; }

  /// Is the command, or what it started, stopped (SIGSTOP)?
  bool stopped() const;

  /// How the command ended, if it has or does within half a second: "exit code 3", "signal 9 (Killed)".
  std::optional<std::string> how_it_ended() const;

  /// Begins its end; nothing is written or read any more.
  void leave();
  /// What is due of that; true once the command and all of its group are gone. Never blocks, so it is to be called
  /// again and again. Precondition: leave().
  bool left();
  /// Long after SIGKILL it is there still. Precondition: leave().
  bool is_stuck() const;

 private:
  using Clock = std::chrono::steady_clock;
  void signal_group(int number) const;
  bool group_lives();

  Farewell farewell_;
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string unwritten_;
  LineReader said_{-1};
  std::optional<Clock::time_point> leaving_;  // since when
  bool terminated_ = false;
  std::optional<Clock::time_point> killed_;  // since when
  Clock::time_point looked_;                 // at its group, in all of /proc
  bool reaped_ = false;
};

/// Ends all of them at once, and waits until they are gone or stuck.
void end_together(const std::vector<Process*>& processes);

}  // namespace madsearch
