#pragma once
#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace madsearch {

/// A command run by /bin/sh in a process group of its own, with lines of text going in and out and stderr left as ours.
/// Ends, all of its group, with this object.
class Process {
 public:
  /// `environment` is added to ours. Throws std::system_error if no process can be made; a command that doesn't exist
  /// is a process that ends.
  Process(const std::string& command, const std::map<std::string, std::string>& environment);
  ~Process();
  Process(const Process&) = delete;

  /// Never blocks: what the command doesn't read yet is kept.
  void write_line(const std::string& line);
  void flush();  // writes some of what was kept
  bool wants_to_write() const { return !unwritten_.empty(); }
  /// The whole lines that have arrived. Never blocks.
  std::vector<std::string> read_lines();
  bool closed() const { return closed_; }  // its output is at its end; there are no more lines

  int input() const { return input_; }  // descriptors, for poll
  int output() const { return output_; }
  pid_t pid() const { return pid_; }

  /// Memory of the command and of what it started, in MiB, as /proc tells; zeros where it can't.
  struct Memory {
    double resident = 0;
    double peak = 0;
  };
  Memory memory() const;

  /// Is the command, or what it started, stopped (SIGSTOP)?
  bool stopped() const;

  /// Waits a moment for a process whose output is closed, kills otherwise. Says how it ended: "exit code 3", "signal 9
  /// (Killed)".
  std::string end();

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string unwritten_;
  std::string unread_;
  bool closed_ = false;
  std::string how_;  // it ended
};

}  // namespace madsearch
