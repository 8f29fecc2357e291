#include <CLI/CLI.hpp>
#include <algorithm>

#include "command.h"
#include "configs/errors.h"
#include "ranges.h"
#include "scale_report.h"

namespace madsearch {
namespace {

struct Flags : ScaleFlags {
  Format format = Format::kText;
};

void check(const Flags& flags) {
  auto budgets = flags.budgets;
  std::sort(budgets.begin(), budgets.end());
  if (std::adjacent_find(budgets.begin(), budgets.end()) != budgets.end()) throw ConfigError("--budgets has one twice");
  if (flags.ratios[0] >= flags.ratios[1])
    throw ConfigError("--tokens-a-parameter takes two numbers, the smaller one first");
}

int scale(const Flags& flags) {
  check(flags);
  const auto study = scale_study(flags);
  print(scale_report(flags, study), flags.format);
  const bool any = std::any_of(study.designs.begin(), study.designs.end(),
                               [](const auto& design) { return !design.scaling.budgets.empty(); });
  return any ? 0 : 1;
}

}  // namespace

void add_scale(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("scale", "Train designs at many sizes and budgets, fit how they scale");
  command->add_option("DESIGN", flags->designs, "names, files (YAML, config.json) or texts")->required();
  command
      ->add_option("--setup", flags->setup, "how and on what they are pretrained: a name of configs/setups, or a file")
      ->required();
  command->add_option("--budgets", flags->budgets, "training FLOPs of each model of a profile")
      ->delimiter(',')
      ->check(numbers(1e6, 1e30))
      ->required();
  command->add_option("--sizes", flags->sizes, "models of each budget")->check(integers(3, 100))->capture_default_str();
  command
      ->add_option("--tokens-a-parameter", flags->ratios,
                   "about, of a budget's largest and of its smallest model; sizes lie evenly between, in logarithms")
      ->delimiter(',')
      ->expected(2)
      ->check(numbers(1e-3, 1e9))
      ->capture_default_str();
  command
      ->add_option("--over", flags->over,
                   "models trained longer too, with so many times the optimal tokens a parameter; 1: none")
      ->delimiter(',')
      ->check(numbers(1, 1e6))
      ->capture_default_str();
  command->add_option("--seeds", flags->seeds, "seed sets")->check(integers(1, 100))->capture_default_str();
  command->add_option("--log", flags->log, "the folder of the pretrainings; what it holds is not trained again")
      ->capture_default_str();
  command->add_flag("--stored", flags->stored, "train nothing: what is in the log alone");
  add_workers(*command, flags->workers);
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    std::erase(flags->over, 1.0);
    code = scale(*flags);
  });
}

}  // namespace madsearch
