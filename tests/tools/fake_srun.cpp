// A stand-in for Slurm's `srun -n1 COMMAND`, as 22.05 was seen to behave. FAKE_SLURM: a folder with a file for each
// allocation that somebody holds or waits for; FAKE_SLURM_QUEUE: seconds that one waits.
//
//   waiting     reads nothing; SIGTERM takes it out of the queue
//   running     the task is no child of anything here (a session of its own); stdin and stdout are passed on
//   its end     the allocation is given back, which takes a moment
//   SIGTERM     the task is killed, then as at its end
//   SIGKILL     a second process, of the same process group, notices and gives the allocation back
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

namespace {

volatile sig_atomic_t terminated = 0;

void on_term(int) { terminated = 1; }

/// False if a signal came first.
bool wait_seconds(double seconds) {
  timespec time{static_cast<time_t>(seconds), static_cast<long>(1e9 * (seconds - static_cast<long>(seconds)))};
  return nanosleep(&time, nullptr) == 0;
}

std::string setting(const char* name, const char* otherwise) {
  const char* value = getenv(name);
  return value == nullptr ? otherwise : value;
}

/// The file that stands for the allocation. First called by the process that asks for it.
std::string allocation() {
  static const auto out = setting("FAKE_SLURM", ".") + "/allocation-" + std::to_string(getpid());
  return out;
}

void give_back() {
  wait_seconds(0.2);
  unlink(allocation().c_str());
}

struct Task {
  pid_t pid = -1;
  int input = -1;
  int output = -1;
};

/// The second process. Returns the end of a pipe that tells it, by a letter, that all went well.
int second_process(const Task& task) {
  int ends[2];
  if (pipe(ends) != 0) exit(1);
  if (fork() != 0) {
    close(ends[0]);
    return ends[1];
  }
  signal(SIGTERM, SIG_IGN);
  for (const int end : {ends[1], task.input, task.output}) close(end);
  char letter = 0;
  if (read(ends[0], &letter, 1) == 1) _exit(0);
  kill(-task.pid, SIGKILL);
  give_back();
  _exit(0);
}

Task task_of(char** command) {
  int in[2];
  int out[2];
  if (pipe(in) != 0 || pipe(out) != 0) exit(1);
  const auto pid = fork();
  if (pid == 0) {
    setsid();
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    for (const int end : {in[0], in[1], out[0], out[1]}) close(end);
    execvp(command[0], command);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  return {pid, in[1], out[0]};
}

/// Passes on what there is; false at the end.
bool pass_on(int from, int to) {
  char text[1 << 16];
  const auto n = read(from, text, sizeof text);
  for (ssize_t done = 0; done < n;) {
    const auto written = write(to, text + done, static_cast<std::size_t>(n - done));
    if (written <= 0) return false;
    done += written;
  }
  return n > 0;
}

void serve(const Task& task) {
  pollfd polled[] = {{task.output, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
  for (;;) {
    if (terminated != 0) kill(-task.pid, SIGKILL);
    if (poll(polled, 2, -1) < 0) continue;
    if (polled[1].revents != 0 && !pass_on(STDIN_FILENO, task.input)) {
      close(task.input);
      polled[1].fd = -1;
    }
    if (polled[0].revents != 0 && !pass_on(task.output, STDOUT_FILENO)) return;
  }
}

}  // namespace

int main(int, char** arguments) {
  char** command = arguments + 1;
  while (*command != nullptr && (*command)[0] == '-') ++command;
  if (*command == nullptr) return 1;
  struct sigaction act {};
  act.sa_handler = on_term;
  sigaction(SIGTERM, &act, nullptr);
  signal(SIGPIPE, SIG_IGN);

  if (FILE* file = fopen(allocation().c_str(), "w")) fclose(file);
  if (!wait_seconds(atof(setting("FAKE_SLURM_QUEUE", "0").c_str()))) {
    unlink(allocation().c_str());
    return 1;
  }
  const auto task = task_of(command);
  const int all_went_well = second_process(task);
  serve(task);
  int status = 0;
  while (waitpid(task.pid, &status, 0) < 0 && errno == EINTR) {
  }
  give_back();
  if (write(all_went_well, "F", 1) != 1) return 1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
