#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/folders.h"

namespace madsearch {

struct Ran {
  int code = -1;  // exit code, or 128 + signal
  std::string out, err;
};

/// Runs a command line by /bin/sh in the source tree and waits. `signal_after` > 0: sends it `signal` after so many
/// seconds, its workers not.
Ran run_program(const std::string& command_line, double signal_after = 0, int signal = 9);

/// The same for `madsearch ARGUMENTS` of this build.
Ran run_madsearch(const std::string& arguments, double signal_after = 0, int signal = 9);

/// Whether this build has madsearch-worker; without LibTorch it hasn't.
bool has_worker();

std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, const std::string& text);

/// The keys of the trainings that a file of a log holds; what a kill cut short is none.
std::vector<std::string> kept_trainings(const std::filesystem::path& file);

/// A search by stub workers, each test's in a folder of its own.
class StubRun {
 public:
  /// A configuration of 12 evaluations, and lines that are added to it.
  explicit StubRun(const std::string& more = "");
  /// As `madsearch run CONFIG --out FOLDER --quiet`.
  Ran run() const;
  std::filesystem::path path(const std::string& name) const { return folder_.path + "/" + name; }
  std::string config() const { return path("stub.yaml").string(); }
  std::string out() const { return path("run").string(); }

 private:
  TemporaryFolder folder_;
};

}  // namespace madsearch
