#include <CLI/CLI.hpp>

#include "command.h"
#include "effects_view.h"
#include "ranges.h"
#include "report.h"

namespace madsearch {
namespace {

struct Flags {
  std::vector<std::string> folders;
  std::int64_t top = 20;
  Format format = Format::kText;
};

}  // namespace

void add_effects(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("effects", "What went with scores over all designs of runs, in a regression");
  command->add_option("DIR", flags->folders, "folders of runs of one battery and protocol, finished or not")
      ->required();
  command->add_option("--top", flags->top, "features that are shown, the surest first")
      ->check(integers(1, 10'000))
      ->capture_default_str();
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    print(effects_view(flags->folders, static_cast<std::size_t>(flags->top)), flags->format);
    code = 0;
  });
}

}  // namespace madsearch
