#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "primitives/mixer.h"

namespace madsearch {

/// Which parameters are decayed: all (the reference), or matrices only (no norms, biases, or logarithms of decays).
enum class Decayed { kAll, kMatrices };

/// AdamW on R replicas, each with a learning rate and weight decay of its own.
///
///   p = p - lr wd p
///   m = b1 m + (1 - b1) g
///   v = b2 v + (1 - b2) g^2
///   p = p - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
///
/// The parameters of the module become views of one flat buffer, parameter after parameter, so that a step is one loop
/// on a CPU and a handful of vector operations elsewhere, and a copy of a model is one copy. Source: Loshchilov, Hutter
/// 2019, arXiv:1711.05101.
class AdamW {
 public:
  struct Options {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    Decayed decay = Decayed::kAll;
    double clip = 0;       // largest gradient norm of a replica; 0: none
    bool vectors = false;  // on a CPU too the vector operations that other devices use
  };
  /// `module` must outlive this and keep its parameters. One rate and one decay a replica; throws std::invalid_argument
  /// if their numbers differ or the module has another number of replicas.
  AdamW(Module& module, std::vector<double> rates, std::vector<double> decays, Options options);

  /// One step from the parameters' gradients, which are dropped, with all rates times `factor` (the schedule). It is
  /// `advance`, the host's part, then `apply`, the device's. A GPU does not wait for the host in `apply`, so it can be
  /// recorded (recording.h) and replayed.
  void step(double factor);
  void advance(double factor);
  void apply();
  void drop_gradients();
  /// Keeps replicas `index` (ascending) of the module and of the moments.
  void select_replicas(const std::vector<std::int64_t>& index);

  std::int64_t replicas() const { return static_cast<std::int64_t>(rates_.size()); }
  std::int64_t steps() const { return steps_; }
  /// All parameter values, flat: a parameter's [R, n] after another's.
  const at::Tensor& values() const { return values_; }
  /// A copy of replica `replica`'s parameters, flat, and its way back.
  at::Tensor replica(std::int64_t replica) const;
  void restore(std::int64_t replica, const at::Tensor& flat);

  /// Moments and number of steps, to write to a checkpoint and to go on from.
  struct Saved {
    at::Tensor values, first, second;
    std::int64_t steps = 0;
  };
  Saved save() const;             // shares the memory of this optimizer
  void load(const Saved& saved);  // throws std::invalid_argument if it is of a model of another size

 private:
  struct Slot {
    at::Tensor parameter;
    std::int64_t offset = 0;  // of the first replica's numbers in the flat buffer
    std::int64_t size = 0;    // numbers a replica
    bool decayed = true;
  };
  void flatten();  // makes the parameters views of one buffer
  void spread();   // makes the vectors of rates and decays, a number for each number of the buffer
  bool by_loops() const { return values_.is_cpu() && !options_.vectors; }
  void apply_loops();
  void apply_vectors();
  at::Tensor flat_gradients();
  at::Tensor clip_factors() const;  // [R] float64; undefined if nothing is clipped

  Module& module_;
  std::vector<double> rates_, decays_;
  Options options_;
  std::vector<Slot> slots_;
  at::Tensor values_, first_, second_;  // flat, R times the numbers of a replica
  at::Tensor rate_of_, decay_of_;       // flat, for vector operations: of each number
  at::Tensor now_;                      // on the device: factor, factor / first bias, 1 / second bias of this step
  double factor_ = 0;                   // of this step
  std::int64_t steps_ = 0;
};

}  // namespace madsearch
