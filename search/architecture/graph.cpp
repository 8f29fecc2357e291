#include "search/architecture/graph.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/graph/topological_sort.hpp>
#include <map>
#include <sstream>
#include <stdexcept>

#include "primitives/table.h"

namespace madsearch {
namespace {

using Adjacency = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Node>;

std::string label_of(const Node& node) {
  switch (node.type) {
    case Node::Type::kInput:
      return "input";
    case Node::Type::kMerge:
      return "merge";
    case Node::Type::kOutput:
      return "output";
    case Node::Type::kBlock:
      break;
  }
  std::string knobs;
  const auto* primitive = find_primitive(node.block.primitive);
  for (const auto& [name, value] : node.block.settings)
    if (!primitive || primitive->knob(name)->values.front() != value) knobs += "\\n" + name + "=" + value.text();
  const auto shared =
      node.block.label.empty() ? "" : "\\n@" + node.block.label + (node.block.keys_values_only ? ":kv" : "");
  return node.block.primitive + knobs + shared;
}

}  // namespace

struct Graph::Impl {
  Adjacency adjacency;
  std::vector<Node> nodes;
  std::map<std::string, std::size_t> owners;  // label -> first node

  std::size_t add(Node node) {
    const auto vertex = boost::add_vertex(adjacency);
    node.weights = node.keys_values = vertex;
    for (const auto input : node.inputs) boost::add_edge(input, vertex, adjacency);
    adjacency[vertex] = std::move(node);
    return vertex;
  }

  std::size_t add_block(const Block& block, std::size_t from) {
    const auto vertex = add({.type = Node::Type::kBlock, .inputs = {from}, .block = block});
    if (block.label.empty()) return vertex;
    const auto owner = owners.try_emplace(block.label, vertex).first->second;
    (block.keys_values_only ? adjacency[vertex].keys_values : adjacency[vertex].weights) = owner;
    return vertex;
  }

  std::size_t add_stripe(const Stripe& stripe, std::size_t from) {
    for (const auto& stage : stripe) {
      if (!stage.parallel()) {
        from = add_block(stage.block, from);
        continue;
      }
      Node merge{.type = Node::Type::kMerge, .inputs = {from}};
      for (const auto& branch : stage.branches) merge.inputs.push_back(add_stripe(branch, from));
      from = add(std::move(merge));
    }
    return from;
  }
};

Graph::Graph(const Genome& genome) : impl_(std::make_unique<Impl>()) {
  const auto input = impl_->add({.type = Node::Type::kInput});
  const auto last = impl_->add_stripe(genome.stages, input);
  impl_->add({.type = Node::Type::kOutput, .inputs = {last}});
  // Vertices are added parents first, so their numbers are a topological order; a cycle would be a mistake of this
  // file.
  std::vector<std::size_t> order;
  boost::topological_sort(impl_->adjacency, std::back_inserter(order));
  for (std::size_t i = 0; i < order.size(); ++i) impl_->nodes.push_back(impl_->adjacency[i]);
}

Graph::~Graph() = default;
Graph::Graph(Graph&&) noexcept = default;

const std::vector<Node>& Graph::nodes() const { return impl_->nodes; }

std::string Graph::dot(const std::string& title) const {
  std::ostringstream out;
  const auto& adjacency = impl_->adjacency;
  boost::write_graphviz(
      out, adjacency,
      [&](std::ostream& s, std::size_t v) {
        const auto block = adjacency[v].type == Node::Type::kBlock;
        s << "[label=" << '"' << label_of(adjacency[v]) << '"' << ", shape=" << (block ? "box" : "plaintext") << "]";
      },
      boost::default_writer(),
      [&](std::ostream& s) { s << "label=\"" << title << "\";\nrankdir=BT;\nnode [fontname=\"Helvetica\"];\n"; });
  // Shared weights and caches are dashed: they carry no activations.
  auto text = out.str();
  std::string dashed;
  for (std::size_t i = 0; i < impl_->nodes.size(); ++i) {
    const auto& node = impl_->nodes[i];
    const auto owner = node.keys_values != i ? node.keys_values : node.weights;
    if (owner != i)
      dashed += std::to_string(owner) + "->" + std::to_string(i) + " [style=dashed, constraint=false, label=\"" +
                (node.keys_values != i ? "keys, values" : "weights") + "\"];\n";
  }
  text.insert(text.rfind('}'), dashed);
  return text;
}

namespace {

/// Weights of the key and value projections, which an @a:kv use does not have of its own.
std::int64_t key_value_weights(const Settings& set, std::int64_t width) {
  const auto heads = set.count("heads"), key_heads = set.at("kv_heads").is_word() ? heads : set.count("kv_heads");
  return 2 * width * width * key_heads / heads;
}

/// The same with their biases and the norm of the keys.
std::int64_t key_value_parameters(const Settings& set, Shape shape) {
  const auto weights = key_value_weights(set, shape.width);
  const auto biases = shape.protocol == Protocol::kMadLab ? weights / shape.width : 0;
  return weights + biases + (set.word("qk_norm") == "on" ? shape.width / set.count("heads") : 0);
}

/// What a cache must hold that serves uses with the windows and sinks of both.
Settings wider(Settings a, const Settings& b) {
  if (!a.has("window") || a.at("window").is_word()) return a;
  if (b.at("window").is_word()) return b;
  a.set("window", std::max(a.count("window"), b.count("window")));
  a.set("sinks", std::max(a.count("sinks"), b.count("sinks")));
  return a;
}

}  // namespace

Cost cost(const Genome& genome, Shape shape, std::int64_t vocabulary) {
  const Graph graph(genome);
  const auto D = shape.width, T = shape.length;
  Cost total;
  std::map<std::size_t, Settings> widest;  // of the owners of keys and values: the largest window and sinks
  std::int64_t active = 0;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto& node = graph.nodes()[i];
    if (node.type == Node::Type::kMerge) {
      const auto branches = static_cast<std::int64_t>(node.inputs.size()) - 1;
      total.parameters += branches * D;  // beta, the weight of each branch's RMSNorm
      active += branches * D;
      total.flops += 8 * branches * T * D;
    }
    if (node.type != Node::Type::kBlock) continue;
    const auto* primitive = find_primitive(node.block.primitive);
    if (!primitive) throw std::invalid_argument("cost: unknown primitive " + node.block.primitive);
    const auto block = primitive->cost(node.block.settings, shape);
    const bool borrows = node.keys_values != i;
    total.parameters += D;  // the norm before it, which each use has for itself
    active += D;
    if (node.weights == i) {
      const auto borrowed = borrows ? key_value_parameters(node.block.settings, shape) : 0;
      total.parameters += block.parameters - borrowed;
      active += block.active() - borrowed;
    }
    total.flops += block.flops + 4 * T * D;
    if (borrows) total.flops -= 2 * T * key_value_weights(node.block.settings, D);
    const auto [cache, first] = widest.try_emplace(node.keys_values, node.block.settings);
    if (!first) cache->second = wider(cache->second, node.block.settings);
  }
  for (const auto& [owner, settings] : widest) {
    const auto spent = find_primitive(graph.nodes()[owner].block.primitive)->cost(settings, shape);
    total.state += spent.state;
    total.state_mad += spent.state_mad;
  }
  total.active_parameters = active == total.parameters ? 0 : active;
  total.flops += 2 * T * D * vocabulary;
  return total;
}

}  // namespace madsearch
