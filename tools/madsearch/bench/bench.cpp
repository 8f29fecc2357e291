#include "bench.h"

#include <CLI/CLI.hpp>

#include "tools/madsearch/command.h"

namespace madsearch {

void add_bench(CLI::App& app, int& code) {
  auto* bench = app.add_subcommand("bench",
                                   "Measure: the search loop, fronts under noise, training steps, making data, how "
                                   "faithful batteries are, what stopping early saves");
  bench->require_subcommand(1);
  add_bench_search(*bench, code);
  add_bench_confirm(*bench, code);
  add_bench_step(*bench, code);
  add_bench_battery(*bench, code);
  add_bench_choose(*bench, code);
  add_bench_early_stop(*bench, code);
  add_bench_pretraining(*bench, code);
  add_bench_data(*bench, code);
}

}  // namespace madsearch
