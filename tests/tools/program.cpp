#include "program.h"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/folders.h"

namespace madsearch {
namespace {

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

Ran run_program(const std::string& command_line, double signal_after, int signal) {
  static int count = 0;
  const auto base = std::filesystem::temp_directory_path() /
                    ("madsearch-test-" + std::to_string(getpid()) + "-" + std::to_string(count++));
  const auto out_file = base.string() + ".out", err_file = base.string() + ".err";
  const auto whole =
      "cd '" + in_source("") + "' && exec " + command_line + " >'" + out_file + "' 2>'" + err_file + "' </dev/null";
  const auto child = fork();
  if (child == 0) {
    setpgid(0, 0);
    execl("/bin/sh", "sh", "-c", whole.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  if (signal_after > 0) {
    std::this_thread::sleep_for(std::chrono::duration<double>(signal_after));
    kill(child, signal);  // the coordinator alone: its workers must notice by themselves
  }
  int status = 0;
  waitpid(child, &status, 0);
  Ran ran{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_file(out_file), read_file(err_file)};
  std::filesystem::remove(out_file);
  std::filesystem::remove(err_file);
  return ran;
}

std::string madsearch_program() { return "'" + in_build("madsearch") + "'"; }

std::filesystem::path fresh_folder(const std::string& name) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("madsearch-test-" + name + "-" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

void write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace madsearch
