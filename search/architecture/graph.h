#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "search/architecture/genome.h"

namespace madsearch {

/// A vertex of the graph. Activations are a residual stream x [R, B, T, D]; what a vertex gives is computed from
/// `inputs`, indices of earlier vertices:
///
///   kInput   the embedded tokens
///   kBlock   x + Mixer(Norm(x)) of x = inputs[0]
///   kMerge   branches become one (Merge, genome.h): x = inputs[0], where they parted, b_i = inputs[i] - x
///   kOutput  inputs[0]
struct Node {
  enum class Type { kInput, kBlock, kMerge, kOutput };
  Type type = Type::kInput;
  std::vector<std::size_t> inputs;
  Block block;                  // of kBlock
  Merge merge = Merge::kNorms;  // of kMerge
  std::size_t weights = 0;  // of kBlock: the vertex whose weights it uses, itself unless an earlier one has its label
  std::size_t keys_values = 0;  // of kBlock: the vertex whose keys and values it reads, itself unless it is @a:kv
};

/// The architecture as a series-parallel graph: a vertex for the input, for each block, merge and the output.
class Graph {
 public:
  explicit Graph(const Genome& genome);
  ~Graph();
  Graph(Graph&&) noexcept;
  /// In the order of evaluation; the first is the input, the last the output.
  const std::vector<Node>& nodes() const;
  /// For Graphviz. Shared weights and caches are dashed.
  std::string dot(const std::string& title) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace madsearch
