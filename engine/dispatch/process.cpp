#include "engine/dispatch/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "engine/dispatch/process_group.h"

extern char** environ;

namespace madsearch {
namespace {

constexpr auto grace = std::chrono::milliseconds(500);  // from closing its output to its end
constexpr auto look = std::chrono::milliseconds(2);     // between two looks at what is to end

[[noreturn]] void fail(int code, const char* what) { throw std::system_error(code, std::generic_category(), what); }

std::vector<std::string> merged_environment(const Environment& changes) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!changes.contains(std::string(text.substr(0, text.find('='))))) out.emplace_back(text);
  }
  for (const auto& [name, value] : changes)
    if (value) out.push_back(name + "=" + *value);
  return out;
}

/// All signals but SIGHUP, which `nohup` ignores for whatever it starts.
sigset_t signals_of_ours() {
  sigset_t out;
  sigfillset(&out);
  sigdelset(&out, SIGHUP);
  return out;
}

/// Starts `command` in a process group of its own, so that Ctrl-C is ours to answer, with no signal blocked, none of
/// ours ignored, and no descriptor but the three it is to have. Returns an error number, 0 if all went well.
int spawn(pid_t& pid, const std::string& command, const Environment& environment, int input, int output) {
  auto entries = merged_environment(environment);
  std::vector<char*> pointers;
  for (auto& entry : entries) pointers.push_back(entry.data());
  pointers.push_back(nullptr);
  std::string shell = "sh";
  std::string option = "-c";
  std::string text = command;
  char* arguments[] = {shell.data(), option.data(), text.data(), nullptr};

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  const auto ours = signals_of_ours();
  posix_spawnattr_setsigdefault(&attributes, &ours);
  const auto code = posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments, pointers.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return code;
}

std::string described(const siginfo_t& end) {
  auto signal = end.si_code == CLD_EXITED ? 0 : end.si_status;
  if (signal == 0 && end.si_status > 128 && end.si_status <= 128 + SIGRTMAX)
    signal = end.si_status - 128;  // the shell's way to say it
  if (signal != 0) return "signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
  return "exit code " + std::to_string(end.si_status) + (end.si_status == 127 ? " (command not found)" : "");
}

/// How the process ended, which stays to be reaped; nothing if it goes on. Of one that somebody else has waited for no
/// more is known.
std::optional<std::string> end_of(pid_t pid) {
  siginfo_t out{};
  if (waitid(P_PID, static_cast<id_t>(pid), &out, WEXITED | WNOHANG | WNOWAIT) != 0) return "unknown end";
  return out.si_pid == pid ? std::optional(described(out)) : std::nullopt;
}

/// Calls `visit` with the process and all that it started, as /proc tells.
void for_each(pid_t pid, const std::function<void(const std::string& folder)>& visit) {
  const auto folder = "/proc/" + std::to_string(pid);
  visit(folder);
  std::ifstream children(folder + "/task/" + std::to_string(pid) + "/children");
  for (pid_t child = 0; children >> child;) for_each(child, visit);
}

double seconds_since(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - time).count();
}

}  // namespace

bool Process::stopped() const {
  bool out = false;
  for_each(pid_, [&](const std::string& folder) {
    std::ifstream status(folder + "/status");
    for (std::string line; std::getline(status, line);) out |= line.starts_with("State:\tT");
  });
  return out;
}

Process::Process(const std::string& command, const Environment& environment, Farewell farewell) : farewell_(farewell) {
  int in[2];
  int out[2];
  // A socket going in, as a write to one need not raise SIGPIPE.
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0) fail(errno, "cannot make a socket for a worker");
  if (pipe2(out, O_CLOEXEC) != 0) {
    const auto code = errno;
    close(in[0]);
    close(in[1]);
    fail(code, "cannot make a pipe for a worker");
  }
  const auto code = spawn(pid_, command, environment, in[1], out[1]);
  close(in[1]);
  close(out[1]);
  input_ = in[0];
  output_ = out[0];
  said_ = LineReader(output_);
  if (code != 0) {
    close(input_);
    close(output_);
    fail(code, "cannot start a worker");
  }
  fcntl(output_, F_SETFL, O_NONBLOCK);
}

Process::~Process() {
  end_together({this});
  close(output_);
}

void Process::write_line(const std::string& line) {
  unwritten_ += line + "\n";
  flush();
}

void Process::flush() {
  while (!unwritten_.empty()) {
    const auto n = send(input_, unwritten_.data(), unwritten_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != EAGAIN) unwritten_.clear();  // nobody reads any more; the end of its output will tell
    if (n < 0) return;
    unwritten_.erase(0, static_cast<std::size_t>(n));
  }
}

std::vector<std::string> Process::read_lines() {
  while (said_.read()) {
  }
  return said_.lines();
}

std::optional<std::string> Process::how_it_ended() const {
  const auto deadline = Clock::now() + grace;
  for (;; std::this_thread::sleep_for(look)) {
    if (const auto end = end_of(pid_); end || Clock::now() >= deadline) return end;
  }
}

void Process::signal_group(int number) const { kill(-pid_, number); }

void Process::leave() {
  if (leaving_) return;
  leaving_ = Clock::now();
  unwritten_.clear();
  close(std::exchange(input_, -1));
  signal_group(SIGCONT);  // a stopped command can't end
}

bool Process::left() {
  if (reaped_) return true;
  read_lines();  // not listened to; but whoever holds its output is still there
  const auto seconds = seconds_since(*leaving_);
  if (!terminated_ && seconds >= farewell_.terminate) {
    terminated_ = true;
    signal_group(SIGTERM);
  }
  if (!killed_ && seconds >= farewell_.terminate + farewell_.kill) {
    killed_ = Clock::now();
    signal_group(SIGKILL);
  }
  if (!end_of(pid_) || (killed_ ? group_lives() : !closed())) return false;
  signal_group(SIGKILL);  // what closed its output; before the command is reaped, as its number may be another's after
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  return reaped_ = true;
}

bool Process::group_lives() {
  if (is_stuck() && seconds_since(looked_) < 1) return true;
  looked_ = Clock::now();
  return any_lives_in(pid_);
}

bool Process::is_stuck() const { return killed_ && !reaped_ && seconds_since(*killed_) >= farewell_.leave; }

void end_together(const std::vector<Process*>& processes) {
  for (auto* process : processes) process->leave();
  const auto any_left = [&] {
    bool out = false;
    for (auto* process : processes) out |= !process->left() && !process->is_stuck();
    return out;
  };
  while (any_left()) std::this_thread::sleep_for(look);
}

}  // namespace madsearch
