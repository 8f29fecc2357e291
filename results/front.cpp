#include "results/front.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

namespace madsearch {
namespace {

/// Area between points and reference: a sweep over the first objective.
double area(std::vector<std::pair<double, double>> points, double reference_x, double reference_y) {
  std::sort(points.begin(), points.end());
  double sum = 0;
  double top = reference_y;
  for (const auto& [x, y] : points) {
    if (x >= reference_x || y >= top) continue;
    sum += (reference_x - x) * (top - y);
    top = y;
  }
  return sum;
}

/// Slices along the third objective, each an area.
double volume(std::vector<Objectives> points, const Objectives& reference) {
  std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a[2] < b[2]; });
  double sum = 0;
  std::vector<std::pair<double, double>> below;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i][2] >= reference[2]) break;
    below.emplace_back(points[i][0], points[i][1]);
    const double next = i + 1 < points.size() ? std::min(points[i + 1][2], reference[2]) : reference[2];
    if (next > points[i][2]) sum += area(below, reference[0], reference[1]) * (next - points[i][2]);
  }
  return sum;
}

}  // namespace

bool dominates(const Objectives& a, const Objectives& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better |= a[i] < b[i];
  }
  return better;
}

std::vector<std::size_t> front(const std::vector<Objectives>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), 0);
  // A point can only be dominated by one that comes before it in lexicographic order.
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  std::vector<std::size_t> out;
  for (const auto i : order) {
    const bool beaten = std::any_of(out.begin(), out.end(), [&](std::size_t j) {
      return points[j] == points[i] || dominates(points[j], points[i]);
    });
    if (!beaten) out.push_back(i);
  }
  std::sort(out.begin(), out.end());
  return out;
}

double hypervolume(std::vector<Objectives> points, const Objectives& reference) {
  for (const auto& point : points)
    if (point.size() != reference.size())
      throw std::invalid_argument("hypervolume: a point and the reference differ in their number of objectives");
  if (reference.size() == 3) return volume(std::move(points), reference);
  if (reference.size() != 2)
    throw std::invalid_argument("hypervolume: 2 or 3 objectives, not " + std::to_string(reference.size()));
  std::vector<std::pair<double, double>> pairs;
  for (const auto& point : points) pairs.emplace_back(point[0], point[1]);
  return area(std::move(pairs), reference[0], reference[1]);
}

}  // namespace madsearch
