#include <CLI/CLI.hpp>

#include "command.h"
#include "engine/run/directory.h"
#include "engine/run/run_check.h"
#include "report.h"
#include "results/scoring.h"

namespace madsearch {
namespace {

/// What is not checked of this run, as a line; "" if all is.
std::string left_out(const RunMeta& meta) {
  if (decisions_can_be_checked(meta)) return "";
  return "scores of version " + std::to_string(scoring_of(meta)) +
         ": the decisions of its search and the sizes of its designs were not checked, as "
         "this madsearch, of version " +
         std::to_string(kScoring) + ", searches among other designs\n";
}

Report report(std::size_t evaluations, const std::vector<std::string>& problems, const std::string& note) {
  std::string sentences;
  for (const auto& sentence : problems) sentences += sentence + "\n";
  const auto found = problems.empty()       ? "no problem"
                     : problems.size() == 1 ? "1 problem"
                                            : std::to_string(problems.size()) + " problems";
  return {Record{{"evaluations", evaluations}, {"problems", problems}},
          note + sentences + std::to_string(evaluations) + " evaluations checked, " + found + "\n", sentences};
}

struct Flags {
  std::string folder;
  Format format = Format::kText;
};

int check(const Flags& flags) {
  const auto store = store_in(flags.folder);
  const auto found = problems_of(store, stored_run(store, flags.folder, configs_folder()));
  print(report(store.evaluations().size(), found, left_out(read_meta(store))), flags.format);
  return found.empty() ? 0 : 1;
}

}  // namespace

void add_check(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand(
      "check",
      "Check a run's store: compute everything again that follows from something else, and search again with what is "
      "stored");
  command->add_option("DIR", flags->folder, "the run's folder")->required();
  add_format(*command, flags->format);
  command->callback([flags, &code] { code = check(*flags); });
}

}  // namespace madsearch
