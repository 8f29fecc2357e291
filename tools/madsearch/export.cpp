#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <map>

#include "candidate.h"
#include "command.h"
#include "configs/errors.h"
#include "configs/text.h"
#include "engine/export/weights.h"
#include "engine/run/directory.h"
#include "export_model.h"
#include "ranges.h"
#include "remake.h"
#include "results/run_meta.h"
#include "search/architecture/drawing.h"
#include "search/architecture/graph.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

constexpr std::int64_t kWidth = 128;  // of a design of no run, as `cost` has it

struct Flags {
  std::vector<std::string> what;  // DIR and ID, or a design
  std::string to;
  std::string out;
  ExportOptions model;
};

std::string name_of_run(const RunMeta& meta, const std::string& folder) {
  return meta.name.empty() ? std::filesystem::absolute(folder).lexically_normal().filename().string() : meta.name;
}

/// Those that the run kept, or else what makes them.
void find_weights(const Store& store, const std::string& folder, const CandidateRecord& candidate,
                  ExportOptions& model) {
  const auto kept = weights_file(folder, candidate.hash);
  if (std::error_code none; std::filesystem::exists(kept, none))
    model.weights = kept;
  else
    model.without_weights = " in " + kept.parent_path().string() + "; this makes them:\n  " +
                            command_that_makes_weights(store, folder, candidate);
}

/// A candidate of a run as a hand design, and what a model of it is made of.
Design candidate_design(const std::string& folder, const std::string& id, ExportOptions& model) {
  const auto store = store_in(folder);
  const auto candidate = candidate_of(store, id);
  const auto meta = read_meta(store);
  model.design_width = meta.width;
  if (model.base_width == 0) model.base_width = meta.width;
  find_weights(store, folder, candidate, model);
  return {candidate.hash, canonical(parse_expanded(candidate.text)),
          "candidate " + candidate.hash + " of the search " + name_of_run(meta, folder), ""};
}

/// The design that weights are of.
Design weighed_design(const std::string& file, ExportOptions& model) {
  auto weighed = model_of_weights(file);
  model.weights = file;
  model.design_width = weighed.width;
  if (model.base_width == 0) model.base_width = weighed.width;
  return {std::filesystem::path(file).stem().string(), std::move(weighed.genome), "", ""};
}

Design design_of(Flags& flags) {
  if (flags.what.size() == 2) return candidate_design(flags.what[0], flags.what[1], flags.model);
  if (flags.what[0].ends_with(".safetensors")) return weighed_design(flags.what[0], flags.model);
  flags.model.design_width = kWidth;
  flags.model.without_weights =
      ": name their file in place of the design; `madsearch pretrain --keep-weights` writes one";
  return find_design(flags.what[0], configs_folder());
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

ExportOptions to_folder(const Flags& flags) {
  if (flags.out.empty()) throw ConfigError("--to " + flags.to + " needs --out, the folder to make");
  auto out = flags.model;
  out.out = flags.out;
  return out;
}

using Exporter = void (*)(const Flags&, const Design&);
const std::map<std::string, Exporter> kExporters = {
    {"yaml", [](const Flags& flags, const Design& design) { write(flags, to_yaml(design)); }},
    {"dot",
     [](const Flags& flags, const Design& design) { write(flags, Graph(design.genome).dot(text(design.genome))); }},
    {"svg", [](const Flags& flags, const Design& design) { write(flags, svg(design.genome, text(design.genome))); }},
    {"safetensors", [](const Flags& flags, const Design& design) { export_safetensors(design, to_folder(flags)); }},
    {"pytorch", [](const Flags& flags, const Design& design) { export_pytorch(design, to_folder(flags)); }},
};

std::vector<std::string> forms() {
  std::vector<std::string> out;
  for (const auto& [name, exporter] : kExporters) out.push_back(name);
  return out;
}

/// Options of a model are for the forms that are one.
void check_form(const Flags& flags) {
  if (flags.to == "pytorch" || flags.to == "safetensors") return;
  if (flags.model.resized() || flags.model.base_width > 0)
    throw ConfigError("--to " + flags.to + " takes no size: a design has none until it is a model");
}

void export_command(Flags& flags) {
  check_form(flags);
  const auto design = design_of(flags);
  kExporters.at(flags.to)(flags, design);
}

}  // namespace

void add_export(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("export", "Carry a design away: as a seed design, a picture, a model");
  command
      ->add_option("DIR ID", flags->what,
                   "a run's folder and a candidate's id, or the beginning of it; or a design; or a file of weights")
      ->required()
      ->expected(1, 2);
  command->add_option("--to", flags->to, "in which form")->required()->check(CLI::IsMember(forms()));
  command->add_option("--out", flags->out, "the file to write (default: stdout), or the folder to make of a model");
  command
      ->add_option("--width", flags->model.width, "channels of a model (default: where the design was found, or 128)")
      ->check(integers(4, 65'536));
  command->add_option("--stages", flags->model.stages, "repeat the design to so many blocks")->check(integers(1, 1024));
  command->add_option("--vocabulary", flags->model.vocabulary, "tokens that a model knows (default: 256, bytes)")
      ->check(integers(2, 1 << 30));
  command->add_option("--length", flags->model.length, "tokens of its context (default: 256)")
      ->check(integers(1, 1 << 24));
  command
      ->add_option("--base-width", flags->model.base_width,
                   "the width that the heads were chosen at (default: the run's); a wider model gets more heads of the "
                   "same size")
      ->check(integers(0, 65'536));
  command->callback([flags, &code] {
    export_command(*flags);
    code = 0;
  });
}

}  // namespace madsearch
