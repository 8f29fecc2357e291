#include <CLI/CLI.hpp>
#include <iostream>

#include "command.h"
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
    const Store store(std::filesystem::path(flags->folder) / "search.db", Store::Mode::kRead);
    const auto report = read_front(store);
    if (flags->format == Format::kJson) std::cout << front_json(report, validate(store));
    if (flags->format == Format::kCsv) std::cout << front_csv(report);
    if (flags->format == Format::kText) std::cout << front_text(report, validate(store));
    code = 0;
  });
}

}  // namespace madsearch
