#include "search/architecture/cost.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "primitives/shared_knobs.h"
#include "primitives/table.h"
#include "search/architecture/graph.h"

namespace madsearch {
namespace {

/// Channels of keys and values, which an @a:kv use does not have of its own.
Count key_value_channels(const Settings& set, Count width) {
  const auto heads = set.count("heads");
  const auto key_heads = set.at("kv_heads").is_word() ? heads : set.count("kv_heads");
  return 2 * width * key_heads / heads;
}

/// Weights of their projections and of the convolution over them.
Count key_value_weights(const Settings& set, Count width) {
  return key_value_channels(set, width) * (width + taps(set));
}

/// The same with their biases and the norm of the keys.
Count key_value_parameters(const Settings& set, CountedShape shape) {
  const auto weights = key_value_weights(set, shape.width);
  const auto biases = shape.protocol == Protocol::kMadLab ? key_value_channels(set, shape.width) : 0;
  const auto norm = set.word("qk_norm") == "on" ? shape.width / set.count("heads") : 0;
  return weights + biases + norm;
}

/// What the convolutions over the input and the queries of an @a:kv use still see: all the state that it carries.
Count own_state(const Settings& set, Count width) {
  Count out;
  for (const auto c : {taps(set), input_taps(set)})
    if (c > 0) out += (c - 1) * width;
  return out;
}

/// `a` with the larger window, in sequences of `length`, and sinks of both: what a cache must hold that serves both
/// uses.
Settings wider(Settings a, const Settings& b, std::int64_t length) {
  if (!has_window(a)) return a;
  if (!has_window(b)) {
    a.set("window", b.at("window"));
    return a;
  }
  if (window_at(b, length) > window_at(a, length)) a.set("window", b.at("window"));
  a.set("sinks", std::max(a.count("sinks"), b.count("sinks")));
  return a;
}

/// Costs of the vertices of a graph, added up.
class Adder {
 public:
  Adder(const Graph& graph, CountedShape shape) : graph_(graph), shape_(shape) {}

  void merge(const Node& node) {
    const Count branches = static_cast<std::int64_t>(node.inputs.size()) - 1;
    const auto numbers = branches * shape_.length * shape_.width;
    if (node.merge == Merge::kSum) {
      total_.flops += 2 * numbers;
      return;
    }
    add_parameters(branches * shape_.width);  // beta, the weight of each branch's RMSNorm
    total_.flops += 8 * numbers;
    if (node.merge != Merge::kProjected) return;
    add_parameters(shape_.width * shape_.width);
    total_.flops += 2 * shape_.length * shape_.width * shape_.width;
  }

  void block(std::size_t index) {
    const auto& node = graph_.nodes()[index];
    const auto& settings = node.block.settings;
    const auto own = primitive_of(node).cost(settings, shape_);
    const bool borrows = node.keys_values != index;
    add_parameters(shape_.width);  // the norm before it, which each use has for itself
    if (node.weights == index) {
      const auto borrowed = borrows ? key_value_parameters(settings, shape_) : 0;
      total_.parameters += own.parameters - borrowed;
      active_ += own.active() - borrowed;
    }
    total_.flops += own.flops + 4 * shape_.length * shape_.width;
    if (borrows) {
      total_.flops -= 2 * shape_.length * key_value_weights(settings, shape_.width);
      total_.state += own_state(settings, shape_.width);
    }
    const auto [cache, first] = caches_.try_emplace(node.keys_values, settings);
    if (!first) cache->second = wider(cache->second, settings, shape_.length);
  }

  Cost total() {
    for (const auto& [owner, settings] : caches_) {
      const auto spent = primitive_of(graph_.nodes()[owner]).cost(settings, shape_);
      total_.state += spent.state;
      total_.state_mad += spent.state_mad;
    }
    total_.active_parameters = active_ == total_.parameters ? 0 : active_;
    return total_;
  }

 private:
  static const Primitive& primitive_of(const Node& node) {
    if (const auto* primitive = find_primitive(node.block.primitive)) return *primitive;
    throw std::invalid_argument("cost: unknown primitive " + node.block.primitive);
  }
  void add_parameters(Count count) {
    total_.parameters += count;
    active_ += count;
  }

  const Graph& graph_;
  const CountedShape shape_;
  Cost total_;
  Count active_;
  std::map<std::size_t, Settings> caches_;  // of the owners of states: knobs with the largest window and sinks
};

/// The costs of all vertices, and the unembedding's FLOPs.
Cost added_up(const Genome& genome, CountedShape shape, std::int64_t vocabulary) {
  const Graph graph(genome);
  Adder adder(graph, shape);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto& node = graph.nodes()[i];
    if (node.type == Node::Type::kMerge) adder.merge(node);
    if (node.type == Node::Type::kBlock) adder.block(i);
  }
  auto out = adder.total();
  out.flops += 2 * shape.length * shape.width * vocabulary;
  return out;
}

}  // namespace

Cost cost(const Genome& genome, Shape shape, std::int64_t vocabulary) {
  try {
    return added_up(genome, shape, vocabulary);
  } catch (const TooLarge&) {
    throw TooLarge("parameters, FLOPs or state exceed 9.2e18, the most that is counted, at width " +
                   std::to_string(shape.width) + " and length " + std::to_string(shape.length));
  }
}

}  // namespace madsearch
