#include "program.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

namespace madsearch {

Ran run_program(const std::string& command_line, double signal_after, int signal) {
  static std::atomic<int> count = 0;
  const auto base = std::filesystem::temp_directory_path() /
                    ("madsearch-test-" + std::to_string(getpid()) + "-" + std::to_string(count++));
  const auto out_file = base.string() + ".out";
  const auto err_file = base.string() + ".err";
  const auto whole =
      "cd '" + in_source("") + "' && exec " + command_line + " >'" + out_file + "' 2>'" + err_file + "' </dev/null";
  const auto child = fork();
  if (child == 0) {
    setpgid(0, 0);
    std::signal(SIGHUP, SIG_DFL);  // also where the tests are run by nohup
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

Ran run_madsearch(const std::string& arguments, double signal_after, int signal) {
  return run_program("'" + in_build("madsearch") + "' " + arguments, signal_after, signal);
}

bool has_worker() { return std::filesystem::exists(in_build("madsearch-worker")); }

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

std::vector<std::string> kept_trainings(const std::filesystem::path& file) {
  std::vector<std::string> out;
  std::istringstream lines(read_file(file));
  for (std::string line; std::getline(lines, line);)
    if (const auto json = nlohmann::json::parse(line, nullptr, false); json.is_object()) out.push_back(json["key"]);
  return out;
}

StubRun::StubRun(const std::string& more) {
  write_file(config(), R"(battery: quick
stages: 4
seeds: [transformer++, gla]
search: {evaluations: 12, population: 4, confirm_seeds: 2, confirm_members: 2}
pools: [{devices: cpu, slots: 2, command: "MADSEARCH_STUB=milliseconds=1 madsearch stub-worker"}]
)" + more);
}

Ran StubRun::run() const { return run_madsearch("run " + config() + " --out " + out() + " --quiet"); }

}  // namespace madsearch
