#include <CLI/CLI.hpp>
#include <iostream>

#include "candidate.h"
#include "candidate_view.h"
#include "command.h"
#include "engine/run/directory.h"
#include "report.h"
#include "search/architecture/graph.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

struct Flags {
  std::string folder, id;
  bool dot = false;
  Format format = Format::kText;
};

void show(const Flags& flags) {
  const auto store = store_in(flags.folder);
  const auto candidate = candidate_of(store, flags.id);
  if (flags.dot)
    std::cout << Graph(parse_expanded(candidate.text)).dot(short_text(candidate.text));
  else
    print(candidate_view(store, candidate), flags.format);
}

}  // namespace

void add_show(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("show", "Show one candidate of a run: lineage, evaluations, trainings");
  command->add_option("DIR", flags->folder, "the run's folder")->required();
  command->add_option("ID", flags->id, "its id, or the beginning of it")->required();
  command->add_flag("--dot", flags->dot, "its graph, for Graphviz");
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    show(*flags);
    code = 0;
  });
}

}  // namespace madsearch
