#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "mad_tasks/task.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "search/architecture/graph.h"

namespace madsearch {

/// What a model is built for. `max_length` is at least the longest input; under mad-lab it is the setting's length
/// (Hyena's time axis).
struct ModelOptions {
  std::int64_t width = 0;
  std::int64_t vocabulary = 0;
  std::int64_t max_length = 0;
  Backbone backbone = Backbone::kLanguageModel;
  Protocol protocol = Protocol::kMadsearch;
  std::string norm = "rmsnorm";  // or "layernorm"
  bool tied = false;             // the unembedding is the embedding, without a bias
  std::vector<Seed> seeds;       // one a replica
  at::TensorOptions options;     // dtype and device
};

/// The norm before a stage.
class Norm : public Module {
 public:
  /// `kind`: "rmsnorm" or "layernorm"; throws std::invalid_argument for another one.
  Norm(const Build& build, std::int64_t width, const std::string& kind);
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  std::unique_ptr<RMSNorm> rms_;
  std::unique_ptr<LayerNorm> layer_;
};

/// A genome with embedding and unembedding, R replicas of it.
///
///   x = E[tokens]                                   E [R, V, D] ~ N(0, 0.02), no positions
///   x = x + Mixer(Norm(x))                          a block; blocks of one label share the mixer, each use has a norm
///                                                   of its own
///   x = x + (1/n) sum_i beta_i * RMSNorm(b_i - x)   a merge of n branches b_i
///   logits = Norm(x) W + b                          untied; tied: Norm(x) Eᵀ          [R, B, T, V]
///
/// The auto-encoder takes the last position z of the encoder and decodes every position n from it, without residuals:
///   h = z + P[n], then twice GELU(Linear(Norm(h))), then Norm and Linear to V        P: sines and cosines, not trained
/// Under mad-lab each of its linear weights begins as N(0, 0.02) and each linear bias as 0, also inside blocks. Under
/// madsearch blocks keep the initial values of their own. Source: Poli et al. 2024, arXiv:2403.17844, and its mad-lab.
class Model : public Module {
 public:
  /// Throws std::invalid_argument if the genome is not valid at (width, max_length) or an option is out of range.
  Model(const Genome& genome, const ModelOptions& options);

  at::Tensor forward(const at::Tensor& tokens);  // [B, T] (the same for all replicas) or [R, B, T] -> [R, B, T, V]
  /// Logits of the positions `scored` (int64 indices into B T, one list for all replicas) -> [R, scored, V]. What isn't
  /// scored is not unembedded.
  at::Tensor forward(const at::Tensor& tokens, const at::Tensor& scored);
  /// The sum of the blocks' auxiliary losses in the last forward, [R]; undefined if no block has one.
  const at::Tensor& auxiliary_loss() const { return auxiliary_; }
  bool has_auxiliary_loss() const;

  /// One state for each use of a block, in order of evaluation.
  using States = std::vector<State>;
  States start() const;
  /// The next token [R, B] of every sequence -> logits [R, B, V]. Throws std::invalid_argument unless the backbone is a
  /// language model.
  at::Tensor step(const at::Tensor& tokens, States& states);

  /// Numbers that a sequence carries after max_length tokens, all blocks together.
  std::int64_t exact_state() const { return exact_state_; }
  /// From now on long convolutions use recurrences in place of their trained filters
  /// (primitives/layers/distillation.h), if they carry less then. Returns the numbers that a sequence carries after
  /// max_length tokens.
  std::int64_t distil_filters();

  std::int64_t replicas() const { return embedding_.size(0); }
  const ModelOptions& options() const { return options_; }

 private:
  struct Stage {  // of a kBlock node
    std::unique_ptr<Norm> norm;
    std::unique_ptr<Mixer> own;
    Mixer* mixer = nullptr;  // own, or that of the first use of the label
  };
  struct Merging {                                // of a kMerge node
    std::vector<std::unique_ptr<RMSNorm>> norms;  // of the branches; β_i is the weight of the i-th
    std::unique_ptr<Linear> projection;
  };
  void add_block(std::size_t i, const Build& build);  // of node i
  void add_merge(std::size_t i, const Build& build);
  void add_decoder(const Build& build);
  at::Tensor embed(const at::Tensor& tokens) const;  // [R or 1, ..] -> [R, .., D]
  /// Follows the graph; `block(node, stage, normed x)` is a block's forward or step.
  template <class Block>
  at::Tensor follow(at::Tensor x, Block&& block);
  at::Tensor merge(std::size_t i, const std::vector<at::Tensor>& values) const;  // what node i makes of its inputs
  at::Tensor encode(const at::Tensor& tokens);                                   // [B, T] or [R, B, T] -> [R, B, T, D]
  at::Tensor decode(const at::Tensor& encoded) const;                            // the auto-encoder's; same shape
  at::Tensor hidden(const at::Tensor& tokens);                                   // [R, B, T, D] before the final norm
  at::Tensor logits(const at::Tensor& x) const;                                  // [.., D] -> [.., V]
  std::int64_t distil_block(std::size_t i);  // returns the numbers that are saved; 0: it keeps its filters

  ModelOptions options_;
  Graph graph_;
  std::int64_t exact_state_ = 0;
  at::Tensor embedding_;
  std::vector<Stage> stages_;    // by node
  std::vector<Merging> merges_;  // by node
  std::vector<std::unique_ptr<Norm>> decoder_norms_;
  std::vector<std::unique_ptr<Linear>> decoder_;
  at::Tensor positions_;  // [max_length, D], the decoder's
  std::unique_ptr<Norm> final_norm_;
  std::unique_ptr<Linear> unembedding_;
  at::Tensor auxiliary_;
};

}  // namespace madsearch
