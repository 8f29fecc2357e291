#include "toy.h"

#include <CLI/CLI.hpp>

#include "configs/folder.h"

namespace madsearch {

void add_toy(CLI::App& command, ToyFlags& flags) {
  const auto folder = configs_folder().parent_path() / "tests/toy";
  command.add_option("--problem", flags.problem, "the problem (default: tests/toy/problem.txt)")
      ->default_val((folder / "problem.txt").string());
  command.add_option("--front", flags.front, "its true front")->default_val((folder / "front.json").string());
}

}  // namespace madsearch
