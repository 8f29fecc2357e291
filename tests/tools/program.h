#pragma once
#include <filesystem>
#include <string>

namespace madsearch {

struct Ran {
  int code = -1;  // exit code, or 128 + signal
  std::string out, err;
};

/// Runs a command line by /bin/sh in the source tree and waits. `signal_after` > 0: sends it `signal` after so many
/// seconds, its workers not.
Ran run_program(const std::string& command_line, double signal_after = 0, int signal = 9);

/// The program madsearch of this build, quoted.
std::string madsearch_program();

/// An empty folder for this test, made anew.
std::filesystem::path fresh_folder(const std::string& name);

void write_file(const std::filesystem::path& file, const std::string& text);

}  // namespace madsearch
