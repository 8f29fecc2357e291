#include <CLI/CLI.hpp>

#include "candidate.h"
#include "command.h"
#include "engine/run/directory.h"
#include "report.h"
#include "why_view.h"

namespace madsearch {
namespace {

struct Flags {
  std::string folder, id;
  Format format = Format::kText;
};

void why(const Flags& flags) {
  const auto store = store_in(flags.folder);
  const auto candidate = known_design_of(store, flags.folder, flags.id);
  const FrontReasons reasons(store, expected_deviation(store, flags.folder));
  print(why_view(reasons, flags.folder, candidate), flags.format);
}

}  // namespace

void add_why(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("why", "Say why a design is on the front of a run or not, and by how much");
  command->add_option("DIR", flags->folder, "the run's folder")->required();
  command->add_option("ID", flags->id, "its id or its beginning, the name of a hand design, or a design's text")
      ->required();
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    why(*flags);
    code = 0;
  });
}

}  // namespace madsearch
