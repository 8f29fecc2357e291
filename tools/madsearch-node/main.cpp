// Many workers of a machine behind one command: a cluster's job starts this program, a search's coordinator talks to it
// over stdin and stdout in the lines of engine/dispatch/messages.h. It ends, and its workers with it, at the end of
// stdin or by SIGTERM.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "configs/errors.h"
#include "engine/dispatch/devices.h"
#include "engine/dispatch/machinery_error.h"
#include "engine/dispatch/node_pool.h"
#include "engine/version.h"

namespace {

using namespace madsearch;

int nothing = -1;  // a descriptor that is at its end

void on_term(int) { dup2(nothing, STDIN_FILENO); }

struct Flags {
  std::vector<std::string> devices = {"auto"};
  std::int64_t slots = 0;
  std::string worker = Pool{}.command;
  std::string mps = "auto";
};

void add_flags(CLI::App& app, Flags& flags) {
  app.add_option("--devices", flags.devices, "auto, cpu, or cuda:0 cuda:1 ...")->delimiter(',');
  app.add_option("--slots", flags.slots, "trainings at once on each device (default: the CPU's cores, one on a GPU)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--worker", flags.worker, "the command that computes")->capture_default_str();
  app.add_option("--mps", flags.mps, "NVIDIA's MPS for slots that share a GPU: auto, on or off")
      ->check(CLI::IsMember({"auto", "on", "off"}))
      ->capture_default_str();
  app.set_version_flag("--version", std::string("madsearch-node ") + kVersion + ", revision " + kRevision);
}

/// A job that was given GPUs must not go on on a CPU unheard.
void check_gpus(const Flags& flags, const std::vector<std::string>& found) {
  const char* given = std::getenv("CUDA_VISIBLE_DEVICES");
  const bool any = given != nullptr && *given != '\0' && std::string(given) != "-1";
  if (any && flags.devices == std::vector<std::string>{"auto"} && found == std::vector<std::string>{"cpu"})
    throw ConfigError(
        "GPUs are given to this node (CUDA_VISIBLE_DEVICES), and no NVIDIA driver is here; with "
        "`madsearch-node --devices cpu` it computes on the CPU");
}

WorkerOptions options_of(const Flags& flags) {
  WorkerOptions out;
  out.mps = flags.mps;
  auto& pool = out.pools.front();
  pool.command = flags.worker;
  pool.devices = resolve_devices(flags.devices);
  check_gpus(flags, pool.devices);
  pool.slots = flags.slots > 0 ? flags.slots : default_slots(pool.devices);
  return out;
}

int complain(const std::exception& error, int code) {
  std::cerr << "madsearch-node: " << error.what() << "\n";
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Computes for a search on this machine, with a worker for every slot: a pool's command on a cluster.",
               "madsearch-node");
  Flags flags;
  add_flags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  std::signal(SIGTERM, on_term);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);  // Ctrl-C is the coordinator's to answer; it closes stdin
  try {
    NodePool(options_of(flags), STDIN_FILENO, std::cout).run();
    return 0;
  } catch (const ConfigError& error) {
    return complain(error, 2);
  } catch (const MachineryError& error) {
    return complain(error, 1);
  }
}
