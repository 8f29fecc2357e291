#include "engine/worker/grid_points.h"

#include <algorithm>

namespace madsearch {

const Progressed* chosen(const std::vector<Progressed>& points) {
  const Progressed* out = nullptr;
  for (const auto& point : points) {
    if (point.diverged || !point.weights.defined()) continue;
    if (!out || point.accuracy > out->accuracy || (point.accuracy == out->accuracy && point.loss < out->loss))
      out = &point;
  }
  return out;
}

double best_accuracy(const std::vector<Progressed>& points) {
  double out = 0;
  for (const auto& point : points)
    if (!point.diverged) out = std::max(out, point.accuracy);
  return out;
}

bool at_the_edge(const std::vector<Progressed>& points, double rate) {
  const auto [least, most] = std::minmax_element(points.begin(), points.end(), [](const auto& a, const auto& b) {
    return a.point.learning_rate < b.point.learning_rate;
  });
  const auto low = least->point.learning_rate;
  const auto high = most->point.learning_rate;
  return low < high && (rate == low || rate == high);
}

}  // namespace madsearch
