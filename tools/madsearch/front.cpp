#include <CLI/CLI.hpp>

#include "command.h"
#include "engine/run/directory.h"
#include "front_view.h"

namespace madsearch {

void add_front(CLI::App& app, int& code) {
  struct Flags {
    std::string folder;
    Format format = Format::kText;
  };
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("front", "Show the front of a run, also while it searches");
  command->add_option("DIR", flags->folder, "the run's folder")->required();
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    print(front_view(standing_run(flags->folder)), flags->format);
    code = 0;
  });
}

}  // namespace madsearch
