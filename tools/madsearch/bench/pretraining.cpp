#include <CLI/CLI.hpp>

#include "bench.h"
#include "pretraining_bench.h"
#include "pretraining_report.h"
#include "tools/madsearch/ranges.h"
#include "tools/madsearch/report.h"

namespace madsearch {
namespace {

struct Flags : PretrainingFlags {
  std::string against = "published";
  Format format = Format::kText;
};

int bench_pretraining(const Flags& flags) {
  const auto bench = pretraining_bench(flags);
  print(pretraining_report(flags, bench), flags.format);
  return 0;
}

}  // namespace

void add_bench_pretraining(CLI::App& bench, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = bench.add_subcommand("pretraining", "How rightly small pretrainings order designs");
  command->add_option("--setup", flags->setup, "how designs are pretrained: a name of configs/setups, or a file")
      ->required();
  command->add_option("--against", flags->against, "pretraining results of the literature")
      ->check(CLI::IsMember({"published"}))
      ->capture_default_str();
  flags->published = published_folder().string();
  command->add_option("--published", flags->published, "the folder of the published results")->capture_default_str();
  flags->log = (configs_folder().parent_path() / "docs/reference/truth").string();
  command->add_option("--log", flags->log, "the folder of the pretrainings; what it holds is not trained again")
      ->capture_default_str();
  const auto judged = [](const std::string& half) { return half == "judging" ? std::string("judged") : half; };
  command->add_option("--half", flags->half, "which papers; judging is judged")
      ->transform(judged, "")
      ->check(CLI::IsMember({"judged", "choosing", "all"}))
      ->capture_default_str();
  command->add_flag("--headline", flags->headline, "only designs of contrasts of trust A and B");
  command->add_option("--only", flags->only, "designs, by how their hashes begin (--designs lists them)")
      ->delimiter(',');
  command->add_option("--seeds", flags->seeds, "seed sets")->check(integers(1, 100))->capture_default_str();
  command->add_option("--times", flags->times, "the setup's budget")->check(numbers(1e-6, 1e6))->capture_default_str();
  command->add_flag("--stored", flags->stored, "train nothing: what is in the log alone");
  command->add_flag("--designs", flags->designs, "list the designs too");
  command
      ->add_option("--beside", flags->beside,
                   "what is held against the pretrainings: batteries, and smaller pretrainings as SETUP@SHARE of its "
                   "budget (quick,tiny@0.3)")
      ->delimiter(',');
  flags->beside_log = (configs_folder().parent_path() / "docs/reference").string();
  command->add_option("--beside-log", flags->beside_log, "the folder of the batteries' trainings")
      ->capture_default_str();
  add_workers(*command, flags->workers);
  add_format(*command, flags->format);
  command->callback([flags, &code] { code = bench_pretraining(*flags); });
}

}  // namespace madsearch
