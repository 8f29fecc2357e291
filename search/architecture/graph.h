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
///   kMerge   x + (1/n) Σ_i β_i * RMSNorm(e_i - x): x = inputs[0], where n branches parted; e_i = inputs[i], their
///            ends; β_i in R^D, ones at first (Hymba, Dong et al. 2024, arXiv:2411.13676)
///   kOutput  inputs[0]
struct Node {
  enum class Type { kInput, kBlock, kMerge, kOutput };
  Type type = Type::kInput;
  std::vector<std::size_t> inputs;
  Block block;              // of kBlock
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
