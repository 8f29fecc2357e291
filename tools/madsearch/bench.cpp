#include <CLI/CLI.hpp>

#include "command.h"

namespace madsearch {

void add_bench(CLI::App& app, int& code) {
  auto* bench = app.add_subcommand("bench", "Measure: the loop on a known problem, confirmation under known noise, training steps, making data");
  bench->require_subcommand(1);
  add_bench_search(*bench, code);
  add_bench_confirm(*bench, code);
  add_bench_step(*bench, code);
  add_bench_battery(*bench, code);
  add_bench_choose(*bench, code);
  add_bench_early_stop(*bench, code);
  add_bench_data(*bench, code);
}

}  // namespace madsearch
