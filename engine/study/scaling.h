#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "configs/seed.h"
#include "results/statistics.h"

namespace madsearch {

/// One training of a design.
struct ScalingPoint {
  double flops = 0;       // training FLOPs of its final run
  double parameters = 0;  // without embeddings
  double tokens = 0;      // trained on
  double state = 0;       // numbers that a sequence carries
  double bits = 0;        // a byte of held-out text
};

/// A number and its 95 % interval; without one where too few trainings are left to tell how much they scatter, or a
/// parabola might as well open downwards.
struct Estimate {
  double value = 0;
  std::optional<Bounds> bounds;
};

/// Of one budget: where the loss is least among models of equal training FLOPs.
struct Optimum {
  double flops = 0;
  std::size_t sizes = 0;  // different ones
  double least_size = 0;  // parameters of the smallest and the largest that was trained
  double largest_size = 0;
  std::string why;  // there is none; "" if there is one
  Estimate parameters;
  Estimate tokens;
  Estimate bits;
};

/// y = factor * x^exponent
struct PowerLaw {
  double factor = 0;
  Estimate exponent;
  std::size_t points = 0;
};

/// Scaling of one design. IsoFLOP profiles as Hoffmann et al. 2022 (arXiv:2203.15556, section 3.2) fit them: of each
/// budget a parabola of the loss over log parameters. State-optimal scaling as Poli et al. 2024 (arXiv:2403.17844,
/// section 4.2): perplexity P* = a M^c of the best models of their total state M.
///
/// Intervals are of what the trainings scatter about their parabolas, pooled over budgets: all is fitted again to 2,000
/// draws of the trainings, each draw with a deviation of its own by the chi-squared distribution of the pooled squares.
/// That the loss is no parabola is not part of them.
struct Scaling {
  std::vector<Optimum> budgets;        // by FLOPs
  std::optional<double> deviation;     // of a training from its parabola, in bits per byte
  std::optional<PowerLaw> parameters;  // of optima over FLOPs; all three of two budgets at least
  std::optional<PowerLaw> tokens;
  std::optional<PowerLaw> bits;
  std::vector<ScalingPoint> best_of_state;  // that none of smaller or equal state beats, by state
  std::optional<PowerLaw> perplexity;       // 2^bits of these over their state; of three at least
};
Scaling scaling(const std::vector<ScalingPoint>& points, Seed seed);

}  // namespace madsearch
