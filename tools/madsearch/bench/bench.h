#pragma once

namespace CLI {
class App;
}

namespace madsearch {

// One file a subcommand of `madsearch bench`. Each adds itself and leaves its exit code in `code`, as in command.h.
void add_bench_search(CLI::App& bench, int& code);
void add_bench_confirm(CLI::App& bench, int& code);
void add_bench_step(CLI::App& bench, int& code);
void add_bench_battery(CLI::App& bench, int& code);
void add_bench_choose(CLI::App& bench, int& code);
void add_bench_pretraining(CLI::App& bench, int& code);
void add_bench_early_stop(CLI::App& bench, int& code);
void add_bench_data(CLI::App& bench, int& code);

}  // namespace madsearch
