#include "search/architecture/cost.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "command.h"
#include "configs/text.h"
#include "engine/run/config.h"
#include "layout.h"
#include "named.h"
#include "numbers.h"
#include "published_view.h"
#include "ranges.h"
#include "report.h"
#include "search/architecture/graph.h"
#include "table.h"

namespace madsearch {
namespace {

struct Flags {
  std::vector<std::string> designs;
  std::int64_t width = 128;
  std::int64_t length = 128;
  std::int64_t vocabulary = 0;
  std::int64_t stages = 0;
  std::string protocol = "madsearch";
  std::string published = published_folder().string();
  bool dot = false;
  Format format = Format::kText;
};

Genome genome_of(const Design& design, const Flags& flags) {
  return flags.stages > 0 ? repeated(design, flags.stages) : design.genome;
}

/// What a file of the user's says of its design; those that ship are listed with theirs.
Value note_of(const std::string& given, const Design& design) {
  return is_design_file(given) && !design.note.empty() ? Value(design.note) : Value();
}

Record facts(const std::string& given, const std::optional<Published>& published, const Flags& flags, Shape shape) {
  const auto design = find_design(given, configs_folder());
  const auto genome = genome_of(design, flags);
  const auto sized = solved(design.name, genome, shape);
  const auto spent = cost(sized.genome, shape, flags.vocabulary);
  const auto state_at = [&](std::int64_t length) {
    return cost(sized.genome, {shape.width, length, shape.protocol}).state;
  };
  return {{"name", design.name},
          {"text", text(genome)},
          {"parameters", spent.parameters},
          {"active_parameters", spent.active()},
          {"flops", spent.flops},
          {"state", Record{{"exact", spent.state},
                           {"mad", spent.state_mad},
                           {"at_4096", state_at(4096)},
                           {"at_32768", state_at(32'768)}}},
          {"width", shape.width},
          {"length", shape.length},
          {"protocol", to_text(shape.protocol)},
          {"fixed_sizes", sized.fixed},
          {"within_parameters", sized.within},
          {"parameters_off", sized.residual},
          {"parameters_alike", sized.alike()},
          {"sized", text(sized.genome)},
          {"note", note_of(given, design)},
          {"nearest_published", facts(published ? nearest_published(design.genome, *published) : std::nullopt)}};
}

/// Notes and nearest published designs, in lines of at most 80 letters.
std::string remarks(const std::vector<Record>& designs) {
  constexpr int kColumns = 80;
  constexpr std::size_t kFurtherIn = 4;
  std::string out;
  for (const auto& design : designs) {
    const auto of = designs.size() == 1 ? "" : design.at("name").text() + ": ";
    if (const auto& note = design.at("note"); !note.unknown()) out += of + "note: " + note.text() + "\n";
    out += nearest_text(design.at("nearest_published"), of);
  }
  return broken_at(kColumns, out, kFurtherIn);
}

std::function<Value(const Record&)> state(const char* which) {
  return [which](const Record& design) { return design.at("state").record().at(which); };
}

/// How far active parameters are from those of transformer++ of as many blocks; marked above 5 %.
std::string off_text(const Record& design) {
  auto out = shown("%+.1f %%", 100 * design.at("parameters_off").number());
  if (!design.at("parameters_alike").truth()) out += " !";
  return design.at("fixed_sizes").truth() ? out + " fixed" : out;
}

Report report(const std::vector<Record>& designs, Shape shape) {
  const Table table({{"parameters", "parameters", in_groups()},
                     {"active", "active_parameters", in_groups()},
                     {"FLOPs", "flops", in_groups()},
                     {"state", state("exact"), in_groups()},
                     {"mad", state("mad"), in_groups()},
                     {"at 4096", state("at_4096"), in_groups()},
                     {"at 32768", state("at_32768"), in_groups()},
                     {"off<", off_text},
                     {"design<", "text"}},
                    designs);
  const auto title = "width " + std::to_string(shape.width) + ", one sequence of " + std::to_string(shape.length) +
                     " tokens; parameters without embeddings, state in numbers a sequence\n"
                     "off: active parameters against transformer++ of as many blocks, ! above 5 %; fixed: the design "
                     "fixes its own sizes\n";
  return {designs.size() == 1 ? Value(designs.front()) : Value(designs), title + table.text() + remarks(designs),
          table.csv()};
}

void show_costs(const Flags& flags) {
  const Shape shape{flags.width, flags.length, protocol_named(flags.protocol)};
  if (flags.dot) {
    const auto design = find_design(flags.designs.front(), configs_folder());
    const auto genome = genome_of(design, flags);
    solved(design.name, genome, shape);  // says so if it is not valid
    std::cout << Graph(genome).dot(text(genome));
    return;
  }
  std::vector<Record> designs;
  std::optional<Published> published;
  if (std::error_code none; std::filesystem::is_directory(flags.published, none))
    published = read_published(flags.published);
  for (const auto& name : flags.designs) designs.push_back(facts(name, published, flags, shape));
  print(report(designs, shape), flags.format);
}

}  // namespace

void add_cost(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("cost", "Parameters, FLOPs and inference state of designs");
  command->add_option("DESIGN", flags->designs, "names, files (YAML, config.json) or texts")->required();
  command->add_option("--width", flags->width, "channels of the model")
      ->check(integers(4, 65536))
      ->capture_default_str();
  command->add_option("--length", flags->length, "tokens of a sequence")
      ->check(integers(1, 1 << 24))
      ->capture_default_str();
  command->add_option("--vocabulary", flags->vocabulary, "counts the unembedding's FLOPs")
      ->check(integers(0, 1 << 30))
      ->capture_default_str();
  command->add_option("--stages", flags->stages, "repeat each design to so many blocks")->check(integers(1, 128));
  add_protocol(*command, flags->protocol);
  command->add_option("--published", flags->published, "the folder of published results, of which the nearest is shown")
      ->capture_default_str();
  command->add_flag("--dot", flags->dot, "the graph of the first design, for Graphviz");
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    show_costs(*flags);
    code = 0;
  });
}

}  // namespace madsearch
