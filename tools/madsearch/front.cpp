#include <CLI/CLI.hpp>
#include <iostream>

#include "command.h"
#include "engine/run/directory.h"
#include "engine/run/terminal.h"
#include "front_plot.h"
#include "front_view.h"

namespace madsearch {
namespace {

constexpr int kWideEnough = 60;  // letters that a picture takes at least

/// A picture for people who can see one.
void print_plot(const Store& store, const FrontReport& report) {
  const auto columns = columns_for_pictures();
  if (columns && *columns >= kWideEnough) std::cout << front_plot(store, report, *columns);
}

}  // namespace

void add_front(CLI::App& app, int& code) {
  struct Flags {
    std::string folder;
    Format format = Format::kText;
    bool no_plot = false;
  };
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("front", "Show the front of a run, also while it searches");
  command->add_option("DIR", flags->folder, "the run's folder")->required();
  add_format(*command, flags->format);
  command->add_flag("--no-plot", flags->no_plot, "no picture above the table, which a terminal of 60 columns gets");
  command->callback([flags, &code] {
    const auto run = standing_run(flags->folder);
    const auto report = read_front(run.store);
    if (flags->format == Format::kText && !flags->no_plot) print_plot(run.store, report);
    print(front_view(run, report), flags->format);
    code = 0;
  });
}

}  // namespace madsearch
