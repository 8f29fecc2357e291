#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "mad_tasks/task.h"

namespace madsearch {

/// What a model sees of B examples, and what it is asked.
struct Batch {
  at::Tensor inputs;   // [B, T] int64
  at::Tensor scored;   // [S] int64, positions in 0 .. B T - 1 whose target is not kIgnore, ascending
  at::Tensor targets;  // [S] int64
};

/// Sequences first .. first+n-1 of a batch whose positions are all scored.
Batch part_of(const Batch& batch, std::int64_t first, std::int64_t n);

/// A batch on the host, to be filled in place. `send` takes it to the device in one copy, and is called once. For a GPU
/// the memory is pinned, and the host goes on while the copy is under way.
class HostBatch {
 public:
  HostBatch(std::int64_t examples, std::int64_t length, std::int64_t scored, const at::Device& device);
  std::int64_t* inputs();   // [B, T]
  std::int64_t* scored();   // [S]
  std::int64_t* targets();  // [S]
  Batch send() const;

 private:
  std::int64_t examples_, length_, scored_;
  at::Device device_;
  at::Tensor all_;  // inputs, scored, targets
};

/// Examples 0 .. n-1 of a split, made ahead; in parallel if threads > 1, with the same result.
class Examples {
 public:
  /// Throws std::invalid_argument if n < 1.
  Examples(const Generator& generator, Split split, std::int64_t n, int threads);
  std::int64_t size() const { return n_; }
  std::int64_t length() const { return length_; }
  /// At most so many positions of `n` examples are scored; 0 where all examples have as many.
  std::int64_t most_scored(std::int64_t n) const;
  /// Examples index[0], ..., index[n-1].
  Batch batch(const std::int64_t* index, std::int64_t n, const at::Device& device) const;
  /// Examples first .. first+n-1, as far as there are.
  Batch batch(std::int64_t first, std::int64_t n, const at::Device& device) const;

 private:
  std::int64_t n_;
  std::int64_t length_ = 0;
  std::vector<std::int32_t> inputs_, targets_;  // n x length
  std::vector<std::int32_t> scored_;            // of each example: how many of its positions are scored
};

/// The order of examples in epoch `epoch`: a permutation of 0 .. n-1, a function of (seed, epoch).
std::vector<std::int64_t> epoch_order(std::int64_t n, Seed seed, std::int64_t epoch);

}  // namespace madsearch
