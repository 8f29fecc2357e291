#include "search/architecture/designs.h"

#include "configs/folder.h"
#include "configs/text.h"
#include "primitives/table.h"
#include "search/architecture/model_configs/model_config.h"
#include "search/architecture/parser.h"
#include "search/architecture/sizes.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

/// "transformer++": a single word, which may be a design's name.
bool is_name(const std::string& word) { return !word.empty() && word.find_first_of(" {}[]()@/") == std::string::npos; }

/// Between quotation marks, in which YAML knows these two escapes.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : printable(text, 4 * text.size() + 1)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

bool is_design_file(const std::string& word) {
  return word.ends_with(".yaml") || word.ends_with(".yml") || word.ends_with(".json");
}

Design read_design_file(Reader in) {
  return in.name().ends_with(".json") ? read_model_config(std::move(in)) : read_design(std::move(in));
}

Design read_design(Reader in, Unwritten unwritten) {
  Design design;
  design.name = fs::path(in.name()).stem().string();
  const auto stripe = in.required("stripe");
  try {
    design.genome = canonical(parse(stripe, "stripe", unwritten));
  } catch (const ConfigError& error) {
    throw in.error("stripe", std::string("this stripe is not valid\n") + error.what());
  }
  design.source = in.string("source", "");
  design.note = in.string("note", "");
  in.finish();
  return design;
}

std::string to_yaml(const Design& design) {
  auto out = "stripe: " + quoted(text(design.genome)) + "\n";
  if (!design.source.empty()) out += "source: " + quoted(design.source) + "\n";
  if (!design.note.empty()) out += "note: " + quoted(design.note) + "\n";
  return out;
}

std::vector<Design> shipped_designs(const fs::path& configs) {
  std::vector<Design> out;
  for (const auto& file : shipped_files(configs, "designs")) out.push_back(read_design(Reader::file(file)));
  return out;
}

std::optional<fs::path> design_file(const std::string& given, const fs::path& configs) {
  if (is_design_file(given)) return given;
  if (!is_name(given)) return {};
  const auto shipped = configs / "designs" / (given + ".yaml");
  if (std::error_code none; fs::exists(shipped, none)) return shipped;
  if (find_primitive(given)) return {};
  std::vector<std::string> names;
  for (const auto& file : shipped_files(configs, "designs")) names.push_back(file.stem().string());
  const auto listed = joined(names);
  for (const auto& primitive : primitives()) names.push_back(primitive.name);
  throw ConfigError("unknown design " + in_quotes(given) + "\n  expected one of: " + listed +
                    "; a file.yaml; a model's config.json; or a text like 'mamba swiglu'" + did_you_mean(given, names));
}

Design text_design(const std::string& given, Unwritten unwritten) {
  auto genome = canonical(parse(given, "design", unwritten));
  return {text(genome), std::move(genome), "", ""};
}

Design find_design(const std::string& given, const fs::path& configs) {
  const auto file = design_file(given, configs);
  return file ? read_design_file(Reader::file(*file)) : text_design(given);
}

Genome repeated(const Design& design, std::int64_t wanted) {
  const auto own = block_count(design.genome);
  if (wanted % own != 0)
    throw ConfigError("design \"" + design.name + "\" has " + std::to_string(own) + " blocks, and " +
                      std::to_string(wanted) +
                      " stages are no multiple of that; choose another number of stages, or another design");
  Genome out;
  for (std::int64_t i = 0; i < wanted / own; ++i)
    for (auto stage : design.genome.stages) {
      // A label shares within a copy of the stripe; the next copy has weights of its own.
      Genome copy{{stage}};
      for (auto* block : blocks(copy))
        if (!block->label.empty()) block->label += "-" + std::to_string(i);
      out.stages.push_back(copy.stages.front());
    }
  return canonical(out);
}

Genome transformer(std::int64_t stages) {
  Genome out;
  for (std::int64_t i = 0; i < stages; ++i)
    out.stages.push_back({parse(i % 2 ? "swiglu" : "attention{conv=none}").stages.front().block, {}});
  return out;
}

}  // namespace madsearch
