#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "mad_tasks/task.h"

namespace madsearch {

/// What a model sees and what it is asked, of B examples.
struct Batch {
  at::Tensor inputs;   // [B, T] int64
  at::Tensor scored;   // [S] int64, positions in 0 .. B T - 1 whose target is not kIgnore, ascending
  at::Tensor targets;  // [S] int64
};

/// A batch on the host, to be filled in place. `send` takes it to the device in one copy; a GPU's comes from pinned
/// memory, and the host goes on while it is under way. To be sent once.
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
  Examples(const Generator& generator, Split split, std::int64_t n, int threads);
  std::int64_t size() const { return n_; }
  std::int64_t length() const { return length_; }
  Batch batch(const std::int64_t* index, std::int64_t n, const at::Device& device) const;  // examples index[0 .. n-1]
  Batch batch(std::int64_t first, std::int64_t n,
              const at::Device& device) const;  // examples first .. first+n-1, as far as there are

 private:
  std::int64_t n_, length_ = 0;
  std::vector<std::int32_t> inputs_, targets_;  // n x length
  std::vector<std::int32_t> scored_;            // positions of each example that are
};

/// The order of examples in epoch `epoch`: a permutation of 0 .. n-1, a function of (seed, epoch).
std::vector<std::int64_t> epoch_order(std::int64_t n, Seed seed, std::int64_t epoch);

}  // namespace madsearch
