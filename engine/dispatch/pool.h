#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace madsearch {

inline constexpr double kNever = std::numeric_limits<double>::infinity();  // of limits in seconds

/// Workers that are started by one command: of devices of this machine, or elsewhere, by a command that brings them to
/// where they compute (`srun`, `ssh`).
struct Pool {
  std::string name = "local";
  std::string command = "madsearch-worker";    // run by /bin/sh; a program beside `madsearch` is found first
  std::vector<std::string> devices = {"cpu"};  // "cpu", "cuda:0", ...: resolved, no "auto"; empty: elsewhere
  std::int64_t slots = 1;                      // on each device
  std::int64_t copies = 1;                     // of a command that computes elsewhere, each of them a slot
  double start_seconds = 120;                  // limit to a worker's first line
  double silence_seconds = 120;                // limit between any two lines of it

  bool elsewhere() const { return devices.empty(); }
  /// In which an attempt elsewhere is to begin, also where silence is allowed for ever.
  double beginning_seconds() const { return silence_seconds == kNever ? Pool{}.silence_seconds : silence_seconds; }
  std::int64_t size() const { return elsewhere() ? copies : slots * static_cast<std::int64_t>(devices.size()); }
};

/// The program in a command that brings it to another machine: "srun", "ssh"; "" where there is none.
std::string launcher_in(const std::string& command);

/// The pool of a command that doesn't say where it computes: elsewhere if it has a launcher, then with as many copies
/// as there would be slots.
Pool pool_of(const std::string& command, const std::vector<std::string>& devices, std::int64_t slots);

}  // namespace madsearch
