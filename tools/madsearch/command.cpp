#include "command.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <map>

#include "engine/dispatch/devices.h"
#include "engine/run/terminal.h"
#include "engine/run/training_flops.h"
#include "ranges.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

std::atomic<bool> interrupted{false};

void on_signal(int number) {
  interrupted = true;
  if (number != SIGHUP) std::signal(number, SIG_DFL);  // the second one ends the program
}

}  // namespace

WorkerOptions WorkerFlags::options() const {
  WorkerOptions out;
  const auto found = resolve_devices(devices);
  out.pools = {pool_of(worker, found, slots > 0 ? slots : default_slots(found))};
  return out;
}

WorkerOptions WorkerFlags::one_slot() const {
  auto out = options();
  auto& pool = out.pools.front();
  if (!pool.elsewhere()) pool.devices.resize(1);
  pool.slots = 1;
  pool.copies = 1;
  return out;
}

void add_workers(CLI::App& command, WorkerFlags& flags) {
  command.add_option("--devices", flags.devices, "auto, cpu, or cuda:0 cuda:1 ...")->delimiter(',');
  command
      .add_option("--slots", flags.slots, "trainings at once on each device (default: the CPU's cores, one on a GPU)")
      ->check(integers(1, 1024));
  command.add_option("--worker", flags.worker, "the command that computes");
}

void add_one_worker(CLI::App& command, WorkerFlags& flags) {
  command.add_option("--devices", flags.devices, "auto, cpu or cuda:N; the first is used")->delimiter(',');
  command.add_option("--worker", flags.worker, "the command that computes");
}

const std::atomic<bool>& interrupts() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  if (std::signal(SIGHUP, on_signal) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // nohup
  std::signal(SIGPIPE, SIG_IGN);  // of whoever read the progress: not a reason to stop working
  return interrupted;
}

std::vector<Reply> answers(const WorkerOptions& options, std::vector<Request> requests, const std::string& what,
                           const std::function<void(const Reply&)>& on_answer, std::vector<Hello>* greeted) {
  const auto& stop = interrupts();
  Coordinator workers(options);
  workers.on_event = [](const WorkerEvent& event) { std::fprintf(stderr, "%s\n", to_text(event).c_str()); };
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    places[id_of(requests[i])] = i;
    const auto* training = std::get_if<TrainRequest>(&requests[i]);
    const auto flops = training ? training_flops(*training, parse_expanded(training->design)) : 0;
    workers.submit(std::move(requests[i]), static_cast<std::int64_t>(i), flops);
  }
  std::vector<Reply> out(requests.size());
  const bool terminal = columns_of_stderr() != nullptr;
  for (std::size_t done = 0; done < out.size();) {
    if (terminal) std::fprintf(stderr, "\r\x1b[K%s %zu/%zu", what.c_str(), done, out.size());
    if (stop) throw Interrupted{};
    auto reply = workers.wait(0.5);
    if (greeted && greeted->size() < workers.workers().size()) *greeted = workers.workers();
    if (!reply) continue;
    const auto place = places.find(id_of(*reply));
    if (place == places.end()) continue;
    if (on_answer) on_answer(*reply);
    out[place->second] = std::move(*reply);
    ++done;
  }
  if (terminal) std::fprintf(stderr, "\r\x1b[K");
  return out;
}

}  // namespace madsearch
