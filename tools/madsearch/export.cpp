#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <map>

#include "candidate.h"
#include "command.h"
#include "configs/errors.h"
#include "configs/text.h"
#include "engine/run/directory.h"
#include "results/run_meta.h"
#include "search/architecture/drawing.h"
#include "search/architecture/graph.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

struct Flags {
  std::vector<std::string> what;  // DIR and ID, or a design
  std::string to;
  std::string out;
};

std::string name_of_run(const RunMeta& meta, const std::string& folder) {
  return meta.name.empty() ? std::filesystem::absolute(folder).lexically_normal().filename().string() : meta.name;
}

/// A candidate of a run as a hand design.
Design candidate_design(const std::string& folder, const std::string& id) {
  const auto store = store_in(folder);
  const auto candidate = candidate_of(store, id);
  return {candidate.hash, canonical(parse_expanded(candidate.text)),
          "candidate " + candidate.hash + " of the search " + name_of_run(read_meta(store), folder), ""};
}

Design design_of(const Flags& flags) {
  return flags.what.size() == 2 ? candidate_design(flags.what[0], flags.what[1])
                                : find_design(flags.what[0], configs_folder());
}

/// A file of text; to stdout without --out.
void write(const Flags& flags, const std::string& text) {
  if (flags.out.empty()) {
    std::cout << text;
    return;
  }
  std::ofstream file(flags.out);
  file << text << std::flush;
  if (!file) throw ConfigError("can't write " + flags.out);
}

using Exporter = void (*)(const Flags&, const Design&);
const std::map<std::string, Exporter> kExporters = {
    {"yaml", [](const Flags& flags, const Design& design) { write(flags, to_yaml(design)); }},
    {"dot",
     [](const Flags& flags, const Design& design) { write(flags, Graph(design.genome).dot(text(design.genome))); }},
    {"svg", [](const Flags& flags, const Design& design) { write(flags, svg(design.genome, text(design.genome))); }},
};

std::vector<std::string> forms() {
  std::vector<std::string> out;
  for (const auto& [name, exporter] : kExporters) out.push_back(name);
  return out;
}

}  // namespace

void add_export(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("export", "Carry a design away: as a seed design, a picture, a model");
  command->add_option("DIR ID", flags->what, "a run's folder and a candidate's id, or the beginning of it; or a design")
      ->required()
      ->expected(1, 2);
  command->add_option("--to", flags->to, "in which form")->required()->check(CLI::IsMember(forms()));
  command->add_option("--out", flags->out, "the file to write (default: stdout)");
  command->callback([flags, &code] {
    kExporters.at(flags->to)(*flags, design_of(*flags));
    code = 0;
  });
}

}  // namespace madsearch
