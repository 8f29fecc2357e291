#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "configs/folder.h"
#include "engine/dispatch/coordinator.h"
#include "engine/dispatch/interrupted.h"

namespace CLI {
class App;
}

namespace madsearch {

// One file a subcommand. Each adds itself to the program and leaves its exit code in `code`: 0 done, 1 failed, 2 wrong
// use, 130 interrupted.
void add_run(CLI::App& app, int& code);  // run, resume
void add_front(CLI::App& app, int& code);
void add_show(CLI::App& app, int& code);
void add_why(CLI::App& app, int& code);
void add_compare(CLI::App& app, int& code);
void add_export(CLI::App& app, int& code);
void add_check(CLI::App& app, int& code);
void add_serve(CLI::App& app, int& code);
void add_report(CLI::App& app, int& code);
void add_backup(CLI::App& app, int& code);
void add_score(CLI::App& app, int& code);
void add_ablate(CLI::App& app, int& code);
void add_neighbours(CLI::App& app, int& code);
void add_effects(CLI::App& app, int& code);
void add_train(CLI::App& app, int& code);
void add_pretrain(CLI::App& app, int& code);
void add_scale(CLI::App& app, int& code);
void add_cost(CLI::App& app, int& code);
void add_list(CLI::App& app, int& code);
void add_bench(CLI::App& app, int& code);
void add_doctor(CLI::App& app, int& code);
void add_stub_worker(CLI::App& app, int& code);

/// Which workers a command uses.
struct WorkerFlags {
  std::vector<std::string> devices = {"auto"};
  std::int64_t slots = 0;
  std::string worker = "madsearch-worker";
  WorkerOptions options() const;   // ConfigError for what is no device
  WorkerOptions one_slot() const;  // the first device alone, one request at a time
};
void add_workers(CLI::App& command, WorkerFlags& flags);     // --devices, --slots, --worker
void add_one_worker(CLI::App& command, WorkerFlags& flags);  // --devices, --worker, for one_slot()

/// Set by the first Ctrl-C, SIGTERM or SIGHUP (a closed terminal; not under nohup); the second Ctrl-C or SIGTERM ends
/// the program at once. From then on nobody needs to read what the program writes.
const std::atomic<bool>& interrupts();

/// Submits every request and returns the answers in the same order; shows `what` and how many are done on stderr.
/// `on_answer` is called with each as it comes; `greeted` takes the hellos of the workers. Throws Interrupted after
/// Ctrl-C.
std::vector<Reply> answers(const WorkerOptions& workers, std::vector<Request> requests, const std::string& what,
                           const std::function<void(const Reply&)>& on_answer = {},
                           std::vector<Hello>* greeted = nullptr);

}  // namespace madsearch
