#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "engine/training/early_stop.h"
#include "mad_tasks/battery.h"

namespace madsearch {

/// What is known of a grid point while its replica trains.
struct Progressed {
  GridPoint point;
  std::vector<Look> looks;
  std::vector<double> on_b;  // accuracy on validation-B at each look, where that is what a battery scores by
  bool diverged = false;
  double accuracy = -1;                                   // at the kept step
  double loss = std::numeric_limits<double>::infinity();  // there too; under mad-lab the perplexity
  at::Tensor weights;                                     // of the kept step, a flat copy
};

/// The point of the highest accuracy, then the lowest loss, then the first one. Null if all diverged.
const Progressed* chosen(const std::vector<Progressed>& points);

/// The highest accuracy of the points that have not diverged; 0 at least. What diverged is not chosen, so nothing is
/// behind it.
double best_accuracy(const std::vector<Progressed>& points);

/// Whether `rate` is the least or the largest of the points' learning rates, of which there are two at least.
bool at_the_edge(const std::vector<Progressed>& points, double rate);

}  // namespace madsearch
