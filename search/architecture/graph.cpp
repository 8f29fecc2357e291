#include "search/architecture/graph.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/graph/topological_sort.hpp>
#include <map>
#include <sstream>

#include "primitives/table.h"

namespace madsearch {
namespace {

using Adjacency = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Node>;

std::string label_of(const Node& node) {
  switch (node.type) {
    case Node::Type::kInput:
      return "input";
    case Node::Type::kMerge:
      return node.merge == Merge::kNorms ? "merge" : "merge\\n" + to_text(node.merge);
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
    node.weights = vertex;
    node.keys_values = vertex;
    for (const auto input : node.inputs) boost::add_edge(input, vertex, adjacency);
    adjacency[vertex] = std::move(node);
    return vertex;
  }

  std::size_t add_block(const Block& block, std::size_t from) {
    const auto vertex = add({.type = Node::Type::kBlock, .inputs = {from}, .block = block});
    if (block.label.empty()) return vertex;
    const auto owner = owners.try_emplace(block.label, vertex).first->second;
    auto& shared = block.keys_values_only ? adjacency[vertex].keys_values : adjacency[vertex].weights;
    shared = owner;
    return vertex;
  }

  std::size_t add_stripe(const Stripe& stripe, std::size_t from) {
    for (const auto& stage : stripe) {
      if (!stage.parallel()) {
        from = add_block(stage.block, from);
        continue;
      }
      Node merge{.type = Node::Type::kMerge, .inputs = {from}, .merge = stage.merge};
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
  // Dashed, as they carry no activations.
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

}  // namespace madsearch
