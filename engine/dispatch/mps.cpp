#include "engine/dispatch/mps.h"

#include <stdlib.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "configs/errors.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

/// Runs a command of /bin/sh, silently; its exit code, or -1.
int run(const std::string& command) {
  const int status = std::system((command + " >/dev/null 2>&1").c_str());
  return status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// A new folder of short name: the name of a pipe in it has to fit into that of a socket.
std::optional<fs::path> private_folder() {
  char name[] = "/tmp/madsearch-mps-XXXXXX";
  return mkdtemp(name) ? std::optional<fs::path>(name) : std::nullopt;
}

/// The control program with its pipes in `folder`. It sees every GPU, whatever workers may use: what they name is
/// counted among those that it sees. It may wait for a client that nothing ends; we don't.
std::string control(const fs::path& folder) {
  return "timeout 10 env -u CUDA_VISIBLE_DEVICES CUDA_MPS_PIPE_DIRECTORY=" + folder.string() +
         " CUDA_MPS_LOG_DIRECTORY=" + folder.string() + " nvidia-cuda-mps-control";
}

bool share_a_gpu(const WorkerOptions& options) {
  return std::any_of(options.pools.begin(), options.pools.end(), [](const Pool& pool) {
    return pool.slots > 1 &&
           std::any_of(pool.devices.begin(), pool.devices.end(), [](const auto& device) { return device != "cpu"; });
  });
}

}  // namespace

bool knows_mps() { return run("command -v nvidia-cuda-mps-control") == 0; }

Mps::Mps(const WorkerOptions& options) {
  if (!share_a_gpu(options)) return;
  if (options.mps == "off")
    note_ = "workers that share a GPU take turns on it (mps: off)";
  else if (std::getenv("CUDA_MPS_PIPE_DIRECTORY"))
    note_ = "workers share a GPU through the NVIDIA MPS that CUDA_MPS_PIPE_DIRECTORY names";
  else
    start(options.mps == "on");
}

void Mps::start(bool asked_for) {
  const auto refuse = [&](const std::string& why) {
    if (asked_for) throw ConfigError("mps is on, but " + why);
    note_ = "workers that share a GPU take turns on it: " + why;
  };
  if (!knows_mps()) return refuse("there is no nvidia-cuda-mps-control on this machine");
  auto folder = private_folder();
  if (!folder) return refuse("no folder can be made in /tmp");
  if (const auto code = run(control(*folder) + " -d"); code != 0) {
    std::error_code ignored;
    fs::remove_all(*folder, ignored);
    return refuse("nvidia-cuda-mps-control -d ended with exit code " + std::to_string(code));
  }
  environment_ = {{"CUDA_MPS_PIPE_DIRECTORY", folder->string()}, {"CUDA_MPS_LOG_DIRECTORY", folder->string()}};
  folder_ = std::move(folder);
  note_ = "workers share a GPU through NVIDIA MPS, started for this run";
}

Mps::~Mps() {
  if (!folder_) return;
  run("echo quit | " + control(*folder_));
  std::error_code ignored;
  fs::remove_all(*folder_, ignored);
}

}  // namespace madsearch
