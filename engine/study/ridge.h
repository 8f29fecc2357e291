#pragma once
#include <cstddef>
#include <vector>

#include "engine/study/cholesky.h"

namespace madsearch {

/// Linear regression of values on features, with a constant that is free and weights that `penalty` > 0 shrinks: the
/// least of Σ_i (y_i - c - w · x_i)² + penalty |w|². What row i is expected to be by all the others follows from the
/// fit to all: y_i - (y_i - ŷ_i) / (1 - h_i), where h_i is the row's weight in its own ŷ_i.
class Ridge {
 public:
  /// Of two rows at least, all of one length.
  Ridge(std::vector<std::vector<double>> rows, std::vector<double> values, double penalty);
  /// What row i is expected to be by the others.
  double expected(std::size_t i) const;

 private:
  std::vector<std::vector<double>> rows_;  // each with a 1 behind
  std::vector<double> values_;
  Cholesky normal_;  // XᵀX + penalty
  std::vector<double> weights_;
};

}  // namespace madsearch
