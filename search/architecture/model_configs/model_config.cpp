#include "search/architecture/model_configs/model_config.h"

#include <algorithm>
#include <string_view>

#include "configs/text.h"
#include "primitives/table.h"
#include "search/architecture/model_configs/model_types.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOwnType = "madsearch";

std::vector<std::string> names(const std::vector<ModelType>& types) {
  std::vector<std::string> out;
  for (const auto& type : types) out.push_back(type.name);
  return out;
}

ModelType named(const ModelFile& file, const std::string& name) {
  const auto types = model_types();
  const auto is_it = [&](const auto& type) { return type.name == name; };
  if (const auto found = std::find_if(types.begin(), types.end(), is_it); found != types.end()) return *found;
  const auto& known = unwritable_types();
  if (const auto found = std::find_if(known.begin(), known.end(), is_it); found != known.end())
    throw file.error("model_type", "a model of type " + in_quotes(name) + " is no design: " + found->why +
                                       "\n  known: " + joined(names(types)));
  throw file.error("model_type", "unknown model_type " + in_quotes(name) + expected_one_of(names(types), name));
}

/// Throws ConfigError for a knob out of its range.
void check(const ModelFile& file, const Genome& genome) {
  for (const auto* block : blocks(genome))
    if (const auto sentence = check_knobs(*find_primitive(block->primitive), block->settings); !sentence.empty())
      throw ConfigError(file.place() + ": " + block->primitive + ": " + sentence);
}

/// "Jamba-v0.1" of Jamba-v0.1/config.json.
std::string name_of(const fs::path& file, const std::string& type) {
  if (file.stem() != "config") return file.stem().string();
  const auto folder = file.parent_path().filename().string();
  return folder.empty() || folder == "." || folder == ".." ? type : folder;
}

/// What `export --to pytorch` wrote: the design stands there as a text, the rest follows from it.
Design own_design(const fs::path& path, ModelFile& file) {
  Design out;
  out.name = name_of(path, kOwnType);
  out.genome = canonical(parse_expanded(file.needed_text("design"), path.string()));
  out.source = "a config.json of `madsearch export`";
  return out;
}

std::string together(const std::string& cut, const std::string& notes) {
  return cut.empty() || notes.empty() ? cut + notes : cut + "; " + notes;
}

}  // namespace

std::vector<ModelType> model_types() {
  std::vector<ModelType> out;
  for (const auto& family :
       {attention_types(), state_space_types(), linear_attention_types(), delta_rule_types(), recurrent_types()})
    out.insert(out.end(), family.begin(), family.end());
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return std::string_view(a.name) < b.name; });
  return out;
}

const std::vector<UnwritableType>& unwritable_types() {
  static const std::vector<UnwritableType> table = {
      {"abc", "its bounded memory is no primitive"},
      {"bitnet", "its weights have 1.58 bits"},
      {"deltaformer", "its attention over corrected values is no primitive"},
      {"gemma2", "it has norms behind its blocks and caps the logits of attention"},
      {"gemma3", "it has norms behind its blocks"},
      {"gemma3_text", "it has norms behind its blocks"},
      {"gpt2", "it learns a vector for each position"},
      {"hgrn", "its recurrence without outer products is no primitive"},
      {"lightnet", "its additive decay is no primitive"},
      {"log_linear_mamba2", "its states at several time scales are no primitive"},
      {"moba", "its attention to chosen chunks is no primitive"},
      {"mom", "its routed memories are no primitive"},
      {"nsa", "its attention to chosen chunks is no primitive"},
      {"olmo2", "it has norms behind its blocks and none before"},
      {"parallax", "its attention is no primitive"},
      {"path_attn", "its positions by products of Householder matrices are no primitive"},
      {"precond_gated_deltanet", "its preconditioner is no primitive"},
      {"precond_kda", "its preconditioner is no primitive"},
      {"raven", "its routed slots are no primitive"},
      {"rodimus", "its recurrence is no primitive"},
      {"rwkv", "RWKV-4's recurrence is no primitive"},
      {"wall_transformer", "its attention is no primitive"},
      {"yoco", "its later half reads the keys and values of the earlier one's last layer"},
      {"zamba", "its attention reads the embedding beside the stream (the hand design zamba leaves that out)"},
      {"zamba2", "its attention reads the embedding beside the stream (the hand design zamba leaves that out)"}};
  return table;
}

Design read_model_config(Reader in) {
  const fs::path path(in.name());
  ModelFile file(std::move(in));
  const auto type = file.needed_text("model_type");
  if (type == kOwnType) return own_design(path, file);
  const auto reader = named(file, type);
  const auto cut = cut_layers(reader.layers(file));
  Design out;
  out.name = name_of(path, type);
  out.genome = canonical({cut.stripe});
  check(file, out.genome);
  out.source = "a config.json of model_type " + type;
  out.note = together(cut.note, file.notes());
  return out;
}

}  // namespace madsearch
