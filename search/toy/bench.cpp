#include "search/toy/bench.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "search/loop/evolution.h"

namespace madsearch {
namespace {

double cpu_microseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e6 * static_cast<double>(now.tv_sec) + 1e-3 * static_cast<double>(now.tv_nsec);
}

/// Hypervolume of a growing set of points with two objectives: a staircase, x ascending, y descending.
class Staircase {
 public:
  explicit Staircase(const Objectives& reference) : reference_x_(reference[0]), reference_y_(reference[1]) {}
  double add(double x, double y) {
    if (x >= reference_x_ || y >= reference_y_) return area_;
    auto right = steps_.lower_bound(x);
    double top = right == steps_.begin() ? reference_y_ : std::prev(right)->second;
    double left = x;
    if (top <= y || (right != steps_.end() && right->first == x && right->second <= y)) return area_;  // beaten
    while (true) {  // strips between the steps that the new point covers
      const double end = right == steps_.end() ? reference_x_ : right->first;
      area_ += (end - left) * (top - y);
      if (right == steps_.end() || right->second < y) break;
      left = end;
      top = right->second;
      right = steps_.erase(right);
    }
    steps_[x] = y;
    return area_;
  }

 private:
  double reference_x_;
  double reference_y_;
  double area_ = 0;
  std::map<double, double> steps_;
};

struct Run {
  std::vector<Objectives> points;  // of every evaluation, by number
  double microseconds = 0;
};

/// As many evaluations under way as the lag allows, told in any order.
Run search(const Toy& toy, const SearchOptions& options, Seed seed) {
  Run out;
  out.points.reserve(static_cast<std::size_t>(options.evaluations));
  Evolution evolution(toy, options, seed, {});
  Rng order(seed.derive("order"));
  std::vector<Measurement> underway;
  const double begin = cpu_microseconds();
  while (!evolution.finished()) {
    while (const auto evaluation = evolution.next()) {
      out.points.push_back(toy.evaluate(evaluation->text));
      underway.push_back({.number = evaluation->number, .objectives = out.points.back()});
    }
    const auto chosen = below(order, underway.size());
    evolution.tell(underway[chosen]);
    std::swap(underway[chosen], underway.back());
    underway.pop_back();
  }
  out.microseconds = cpu_microseconds() - begin;
  return out;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

SearchOptions long_search(std::int64_t lag) {
  SearchOptions out;
  out.evaluations = 4000;
  out.population = 20;
  out.crossover = 0.3;
  out.mutations = 0.2;
  out.lag = lag;
  out.probe = false;
  return out;
}

SearchOptions short_search(std::int64_t evaluations, std::int64_t lag) {
  SearchOptions out;
  out.evaluations = evaluations;
  out.lag = lag;
  out.probe = false;
  return out;
}

BenchResult bench_search(const Toy& toy, const SearchOptions& options, std::int64_t seeds) {
  BenchResult out{.seeds = seeds};
  std::vector<double> to_95;
  for (std::int64_t i = 0; i < seeds; ++i) {
    const auto found = search(toy, options, Seed{static_cast<std::uint64_t>(i)});
    out.microseconds += found.microseconds / static_cast<double>(found.points.size()) / static_cast<double>(seeds);
    Staircase covered(toy.reference());
    double share = 0;
    double first = std::numeric_limits<double>::infinity();
    for (std::size_t n = 0; n < found.points.size(); ++n) {
      share = covered.add(found.points[n][0], found.points[n][1]) / toy.hypervolume();
      if (share >= 0.95 && std::isinf(first)) first = static_cast<double>(n + 1);
    }
    to_95.push_back(first);
    out.reached += std::isfinite(first) ? 1 : 0;
    out.share += share / static_cast<double>(seeds);
  }
  out.median_to_95 = median(std::move(to_95));
  return out;
}

std::string search_signature(const Toy& toy) {
  SearchOptions options;
  options.evaluations = 400;
  options.resample_after = 3;
  options.grid = {50, 100};
  options.confirm_seeds = 2;
  options.confirm_members = 4;
  Evolution evolution(toy, options, Seed{1}, {{"zeros", "00000000"}, {"steps", "01234567"}});
  while (const auto evaluation = evolution.next()) {
    auto objectives = toy.evaluate(evaluation->text);
    objectives[0] += 100 * static_cast<double>(evaluation->seed_set);
    const bool fails = evaluation->number % 17 == 16;
    evolution.tell({.number = evaluation->number,
                    .outcome = fails ? Outcome::kDiverged : Outcome::kOk,
                    .violation = std::max(0.0, objectives[0]),
                    .objectives = fails ? Objectives{} : objectives});
  }
  return evolution.signature();
}

}  // namespace madsearch
