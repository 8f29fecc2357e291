#include "engine/export/exported_model.h"

#include <cctype>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "primitives/table.h"
#include "search/architecture/graph.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

/// As Python takes it: a switch, a number, None or a word; a fraction as a text.
Json value_of(const KnobValue& value) {
  if (value.is_count()) return value.count();
  if (!value.is_word()) return value.text();
  const auto& word = value.word();
  if (word == "none") return nullptr;
  if (word == "on" || word == "off") return word == "on";
  return word;
}

Json knobs_of(const Block& block) {
  auto out = Json::object();
  const auto* primitive = find_primitive(block.primitive);
  for (const auto& knob : primitive->knobs) out[knob.name] = value_of(block.settings.at(knob.name));
  return out;
}

/// The numbers of layers and merges by node of the graph.
std::vector<std::size_t> places(const Graph& graph) {
  std::vector<std::size_t> out;
  std::size_t layers = 0;
  std::size_t merges = 0;
  for (const auto& node : graph.nodes()) {
    if (node.type == Node::Type::kBlock)
      out.push_back(layers++);
    else if (node.type == Node::Type::kMerge)
      out.push_back(merges++);
    else
      out.push_back(0);
  }
  return out;
}

Json layers_of(const Graph& graph) {
  auto out = Json::array();
  const auto place = places(graph);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto& node = graph.nodes()[i];
    if (node.type != Node::Type::kBlock) continue;
    Json layer = {{"mixer", node.block.primitive}};
    if (node.weights != i) {
      layer["weights_of"] = place[node.weights];
    } else {
      if (node.keys_values != i) layer["keys_values_of"] = place[node.keys_values];
      layer["knobs"] = knobs_of(node.block);
    }
    out.push_back(layer);
  }
  return out;
}

Json merges_of(const Graph& graph) {
  auto out = Json::array();
  for (const auto& node : graph.nodes())
    if (node.type == Node::Type::kMerge)
      out.push_back({{"merge", to_text(node.merge)}, {"branches", node.inputs.size() - 1}});
  return out;
}

struct Counted {
  std::size_t layers = 0;
  std::size_t merges = 0;
};

/// In the graph's order.
Json stages_of(const Stripe& stripe, Counted& counted) {
  auto out = Json::array();
  for (const auto& stage : stripe) {
    if (!stage.parallel()) {
      out.push_back(counted.layers++);
      continue;
    }
    auto branches = Json::array();
    for (const auto& branch : stage.branches) branches.push_back(stages_of(branch, counted));
    out.push_back({{"merge", counted.merges++}, {"branches", branches}});
  }
  return out;
}

/// Leaves of the tree of names: a prefix, and what stands in its place.
std::string with_prefix(const std::string& name, const std::string& prefix, const std::string& instead) {
  return name.starts_with(prefix) ? instead + name.substr(prefix.size()) : "";
}

/// "rms.weight" of a norm is "weight".
std::string of_norm(const std::string& name) { return name.substr(name.find('.') + 1); }

}  // namespace

std::string class_name(const std::string& primitive) {
  std::string out;
  bool first = true;
  for (const char c : primitive) {
    if (c != '_') out += first ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    first = c == '_';
  }
  return out;
}

std::string config_json(const ExportedModel& model) {
  const Graph graph(model.genome);
  Counted counted;
  const Json out = {{"model_type", "madsearch"},
                    {"architectures", {"ModelForCausalLM"}},
                    {"design", text(model.genome)},
                    {"hidden_size", model.width},
                    {"vocab_size", model.vocabulary},
                    {"max_position_embeddings", model.length},
                    {"tie_word_embeddings", model.tied},
                    {"initializer_range", 0.02},
                    {"norm", model.norm},
                    {"layers", layers_of(graph)},
                    {"merges", merges_of(graph)},
                    {"stages", stages_of(model.genome.stages, counted)}};
  return out.dump(2) + "\n";
}

std::string exported_name(const Genome& genome, const std::string& name) {
  if (name == "embedding.weight") return "model.embed_tokens.weight";
  for (const auto& [prefix, instead] : {std::pair("final.norm.", "model.norm."), std::pair("unembedding.", "lm_head.")})
    if (const auto found = with_prefix(name, prefix, instead); !found.empty())
      return found.starts_with("model.") ? instead + of_norm(name.substr(std::string(prefix).size())) : found;
  const Graph graph(genome);
  const auto place = places(graph);
  for (std::size_t i = 0; i < place.size(); ++i) {
    const auto stage = "stage" + std::to_string(i) + ".";
    if (!name.starts_with(stage)) continue;
    const auto rest = name.substr(stage.size());
    const auto here = std::to_string(place[i]) + ".";
    if (graph.nodes()[i].type == Node::Type::kMerge) {
      if (rest.starts_with("out_proj.")) return "model.merges." + here + rest;
      const auto number = std::stoul(rest.substr(std::string("beta").size()));
      return "model.merges." + here + "norms." + std::to_string(number - 1) + ".weight";
    }
    if (rest.starts_with("norm.")) return "model.layers." + here + "norm." + of_norm(rest.substr(5));
    const auto input_conv = with_prefix(rest, "mixer.input_conv.", "input_conv.");
    return "model.layers." + here + (input_conv.empty() ? rest : input_conv);
  }
  throw std::invalid_argument("no parameter of the model: " + name);
}

}  // namespace madsearch
