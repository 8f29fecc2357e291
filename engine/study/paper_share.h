#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/study/contrasts.h"
#include "results/statistics.h"

namespace madsearch {

/// A contrast as one of its papers has it.
struct Case {
  std::size_t contrast = 0;  // its place in the list
  std::string paper;
  double weight = 1;  // in its paper, before that is scaled to weigh 1: 1 / number of papers that have the contrast
};
std::vector<Case> cases(const std::vector<Contrast>& contrasts);

/// What a predictor gets right of a contrast: 1, 0, or 0.5 where it sees no difference.
double rightness(double better, double worse);

/// A mean over papers that weigh the same, each the weighted mean of its cases.
struct PaperShare {
  std::size_t contrasts = 0;
  std::size_t papers = 0;
  std::optional<double> mean;    // nothing of no cases
  std::optional<Bounds> bounds;  // 95 %, bootstrap over papers; nothing of fewer than two papers
  // The mean of contrasts that weigh the same, also bootstrapped over papers.
  std::optional<double> alike;
  std::optional<Bounds> alike_bounds;
};
/// `of`: the cases that count; `values`: of every case.
PaperShare paper_share(const std::vector<Case>& cases, const std::vector<std::size_t>& of,
                       const std::vector<double>& values, Seed seed);

}  // namespace madsearch
