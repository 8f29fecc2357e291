#include "engine/stub/stub_worker.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "command.h"

namespace madsearch {

void add_stub_worker(CLI::App& app, int& code) {
  auto* command = app.add_subcommand(
      "stub-worker",
      "A worker that trains nothing, for trying searches and kills ($MADSEARCH_STUB=\"milliseconds=20,crash=17\")");
  command->callback([&code] {
    const char* given = std::getenv("MADSEARCH_STUB");
    code = run_stub_worker(std::cin, std::cout, stub_options(given ? given : ""));
  });
}

}  // namespace madsearch
