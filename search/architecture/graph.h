#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "primitives/primitive.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// A vertex of the graph in evaluation order. `inputs` are indices of earlier nodes.
struct Node {
  enum class Type { kInput, kBlock, kMerge, kOutput };
  Type type = Type::kInput;
  /// kBlock: x + Mixer(Norm(x)) of inputs[0]. kMerge: with x = inputs[0] (where the branches parted) and e_i =
  /// inputs[i], i = 1..n: x + (1/n) sum_i beta_i * RMSNorm(e_i - x).
  std::vector<std::size_t> inputs;
  Block block;
  std::size_t weights = 0;      // kBlock: index of the node whose weights it uses, its own if first
  std::size_t keys_values = 0;  // kBlock, :kv: index of the node whose keys and values it reads, else own
};

/// The architecture as a graph (Boost.Graph inside): a vertex for each block, input, merge and output; series-parallel.
class Graph {
 public:
  explicit Graph(const Genome& genome);
  ~Graph();
  Graph(Graph&&) noexcept;
  const std::vector<Node>& nodes() const;           // topological order; first the input, last the output
  std::string dot(const std::string& title) const;  // for Graphviz

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The whole candidate: sum of the blocks' costs at `shape` (state: kv-shared caches once at the largest window and
/// sinks; weights shared by label once) plus norms and merges. Without embedding and unembedding. `genome` must be
/// sized (search/architecture/sizes.h). `embedding_flops`: unembedding 2 T D V is added to flops if `vocabulary` > 0.
Cost cost(const Genome& genome, Shape shape, std::int64_t vocabulary = 0);

/// "" if the genome is valid at `shape`: knobs fit the width, labels agree, nesting at most 2, kv heads and head size
/// agree, `:kv` comes after its owner; else a sentence that names the block.
std::string invalid(const Genome& genome, Shape shape);

}  // namespace madsearch
