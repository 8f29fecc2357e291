#include "engine/study/effects.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "engine/study/cholesky.h"
#include "results/statistics.h"

namespace madsearch {
namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

constexpr std::size_t kFolds = 10;
constexpr double kFree = 1e3;       // the scale of a run's level, which the penalty hardly shrinks then
constexpr double kMostWork = 2e10;  // multiplications of all resamples
constexpr std::size_t kResamples = 1000;
constexpr std::size_t kLeastResamples = 200;
constexpr double kLittle = 1.02;  // times the least error, for effects that are shrunk less
/// Ascending; times the number of designs.
const Vector kPenalties = {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10};

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

/// Sums over designs: X' X, the lower half, and X' y of each target.
struct Sums {
  Matrix products;
  Matrix targets;
  double count = 0;

  Sums(std::size_t columns, std::size_t targets)
      : products(columns, Vector(columns)), targets(targets, Vector(columns)) {}

  void add(const Vector& row, const Vector& values, double times) {
    count += times;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i] == 0) continue;
      for (std::size_t j = 0; j <= i; ++j) products[i][j] += times * row[i] * row[j];
      for (std::size_t k = 0; k < values.size(); ++k) targets[k][i] += times * row[i] * values[k];
    }
  }
  void add(const Sums& other, double times) {
    count += times * other.count;
    for (std::size_t i = 0; i < products.size(); ++i)
      for (std::size_t j = 0; j <= i; ++j) products[i][j] += times * other.products[i][j];
    for (std::size_t k = 0; k < targets.size(); ++k)
      for (std::size_t i = 0; i < products.size(); ++i) targets[k][i] += times * other.targets[k][i];
  }
};

/// Designs with their columns on one scale: features, levels of runs, and a 1.
struct Problem {
  Matrix rows;    // [design][column]
  Matrix values;  // [design][target]
  std::size_t targets() const { return values.front().size(); }
  std::size_t columns() const { return rows.front().size(); }
};

/// All columns but the last are penalised.
Cholesky solver(const Sums& sums, double penalty) {
  auto products = sums.products;
  for (std::size_t i = 0; i + 1 < products.size(); ++i) products[i][i] += penalty * sums.count;
  products.back().back() += 1e-9;  // of no design at all
  return Cholesky(std::move(products));
}

/// Folds of designs, with the sums of each.
class Folds {
 public:
  Folds(const Problem& problem, Seed seed) : problem_(problem), fold_(problem.rows.size()) {
    std::vector<std::size_t> order(fold_.size());
    std::iota(order.begin(), order.end(), 0);
    Rng rng(seed);
    shuffle(rng, order);
    sums_.assign(kFolds, Sums(problem.columns(), problem.targets()));
    for (std::size_t i = 0; i < order.size(); ++i) {
      fold_[order[i]] = i % kFolds;
      sums_[i % kFolds].add(problem.rows[order[i]], problem.values[order[i]], 1);
    }
  }

  /// Of all folds but two, which may be the same.
  Sums without(std::size_t a, std::size_t b) const {
    Sums out(problem_.columns(), problem_.targets());
    for (std::size_t fold = 0; fold < kFolds; ++fold)
      if (fold != a && fold != b) out.add(sums_[fold], 1);
    return out;
  }

  /// Squared errors on a fold, by target, of weights by target.
  Vector errors(std::size_t fold, const Matrix& weights) const {
    Vector out(problem_.targets());
    for (std::size_t i = 0; i < fold_.size(); ++i) {
      if (fold_[i] != fold) continue;
      for (std::size_t k = 0; k < out.size(); ++k)
        out[k] += std::pow(problem_.values[i][k] - dot(problem_.rows[i], weights[k]), 2);
    }
    return out;
  }

 private:
  const Problem& problem_;
  std::vector<std::size_t> fold_;  // of each design
  std::vector<Sums> sums_;
};

Matrix solved(const Cholesky& by, const Matrix& targets) {
  Matrix out;
  for (const auto& one : targets) out.push_back(by.solved(one));
  return out;
}

/// Squared errors on left-out folds among those that are not `left_out`, [penalty][target].
Matrix inner_errors(const Folds& folds, std::size_t targets, std::size_t left_out) {
  Matrix out(kPenalties.size(), Vector(targets));
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    if (fold == left_out) continue;
    const auto sums = folds.without(fold, left_out);
    for (std::size_t p = 0; p < kPenalties.size(); ++p) {
      const auto errors = folds.errors(fold, solved(solver(sums, kPenalties[p]), sums.targets));
      for (std::size_t k = 0; k < targets; ++k) out[p][k] += errors[k];
    }
  }
  return out;
}

/// For each target the smallest penalty whose error is at most `allowed` times the least.
Vector penalties_within(double allowed, const Matrix& errors) {
  Vector out;
  for (std::size_t k = 0; k < errors.front().size(); ++k) {
    auto least = errors.front()[k];
    for (const auto& row : errors) least = std::min(least, row[k]);
    std::size_t p = 0;
    while (errors[p][k] > allowed * least) ++p;
    out.push_back(kPenalties[p]);
  }
  return out;
}

/// Weights of each target at its own penalty.
Matrix fitted(const Sums& sums, const Vector& penalties) {
  Matrix out(penalties.size());
  for (const auto penalty : std::set<double>(penalties.begin(), penalties.end())) {
    const auto by = solver(sums, penalty);
    for (std::size_t k = 0; k < penalties.size(); ++k)
      if (penalties[k] == penalty) out[k] = by.solved(sums.targets[k]);
  }
  return out;
}

/// Squared errors on left-out designs, by target; the penalty of each fold is chosen without it.
Vector outer_errors(const Problem& problem, Seed seed) {
  const Folds folds(problem, seed);
  Vector out(problem.targets());
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    const auto penalties = penalties_within(1, inner_errors(folds, problem.targets(), fold));
    const auto errors = folds.errors(fold, fitted(folds.without(fold, fold), penalties));
    for (std::size_t k = 0; k < out.size(); ++k) out[k] += errors[k];
  }
  return out;
}

/// Brings the designs to one scale, and weights back.
class Scale {
 public:
  explicit Scale(const DesignFeatures& designs) : designs_(designs) {
    const auto count = static_cast<double>(designs.rows.size());
    means_.resize(designs.features.size());
    deviations_.resize(designs.features.size());
    for (const auto& row : designs.rows)
      for (std::size_t j = 0; j < row.size(); ++j) means_[j] += row[j] / count;
    for (const auto& row : designs.rows)
      for (std::size_t j = 0; j < row.size(); ++j) deviations_[j] += std::pow(row[j] - means_[j], 2) / count;
    for (auto& one : deviations_) one = std::sqrt(one);
  }

  /// With the features of the groups that `takes` takes.
  template <class Takes>
  Problem problem(const Matrix& runs, const Matrix& targets, Takes takes) const {
    Problem out;
    for (std::size_t i = 0; i < designs_.rows.size(); ++i) {
      Vector row;
      for (std::size_t j = 0; j < means_.size(); ++j)
        if (takes(designs_.features[j].group)) row.push_back((designs_.rows[i][j] - means_[j]) / deviations_[j]);
      for (std::size_t r = 1; r < runs[i].size(); ++r) row.push_back(kFree * runs[i][r]);
      row.push_back(1);
      out.rows.push_back(std::move(row));
      Vector values;
      for (const auto& target : targets) values.push_back(target[i]);
      out.values.push_back(std::move(values));
    }
    return out;
  }

  /// For a step of each feature, where others of its group shrink in place of their average.
  Vector effects(const Vector& weights) const {
    Vector out(means_.size());
    std::map<std::string, double> average, whole;
    for (std::size_t j = 0; j < out.size(); ++j) {
      const auto& feature = designs_.features[j];
      out[j] = weights[j] / deviations_[j];
      average[feature.group] += feature.average * out[j];
      whole[feature.group] += feature.average;
    }
    for (std::size_t j = 0; j < out.size(); ++j) {
      const auto& feature = designs_.features[j];
      if (whole[feature.group] > 0) out[j] -= average[feature.group] / whole[feature.group];
      out[j] *= feature.unit;
    }
    return out;
  }

 private:
  const DesignFeatures& designs_;
  Vector means_, deviations_;
};

std::size_t resamples_of(const Problem& problem) {
  const auto columns = static_cast<double>(problem.columns());
  const auto work = static_cast<double>(problem.rows.size()) * columns * columns / 2 + columns * columns * columns;
  return std::clamp(static_cast<std::size_t>(kMostWork / work), kLeastResamples, kResamples);
}

/// Effects by resample, [target][resample][feature].
std::vector<Matrix> resampled(const Problem& problem, const Vector& penalties, const Scale& scale, Seed seed) {
  std::vector<Matrix> out(problem.targets());
  Rng rng(seed);
  const auto designs = problem.rows.size();
  for (std::size_t b = resamples_of(problem); b > 0; --b) {
    Vector times(designs);
    for (std::size_t i = 0; i < designs; ++i) ++times[below(rng, designs)];
    Sums sums(problem.columns(), problem.targets());
    for (std::size_t i = 0; i < designs; ++i)
      if (times[i] > 0) sums.add(problem.rows[i], problem.values[i], times[i]);
    const auto weights = fitted(sums, penalties);
    for (std::size_t k = 0; k < out.size(); ++k) out[k].push_back(scale.effects(weights[k]));
  }
  return out;
}

double deviation(const Vector& values) {
  const auto centre = mean(values);
  double squares = 0;
  for (const auto value : values) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

/// With intervals from the resamples of one target.
std::vector<Effect> with_intervals(const Vector& values, const Matrix& resamples) {
  Matrix columns(values.size());
  for (const auto& one : resamples)
    for (std::size_t j = 0; j < one.size(); ++j) columns[j].push_back(one[j]);
  Vector errors;
  for (const auto& column : columns) errors.push_back(deviation(column));
  Vector largest;  // |t| of each resample
  for (const auto& one : resamples) {
    double most = 0;
    for (std::size_t j = 0; j < one.size(); ++j)
      if (errors[j] > 0) most = std::max(most, std::abs(one[j] - values[j]) / errors[j]);
    largest.push_back(most);
  }
  const auto bound = quantile(largest, 0.95);
  std::vector<Effect> out;
  for (std::size_t j = 0; j < values.size(); ++j)
    out.push_back({values[j], quantile(columns[j], 0.025), quantile(columns[j], 0.975),
                   errors[j] > 0 && std::abs(values[j]) > bound * errors[j]});
  return out;
}

/// 0 where there is nothing to explain.
double share_explained(double errors, double of) { return of > 0 ? 1 - errors / of : 0; }

}  // namespace

std::vector<TargetEffects> effects(const DesignFeatures& designs, const Matrix& runs, const Matrix& targets,
                                   Seed seed) {
  const Scale scale(designs);
  const auto errors_of = [&](auto takes) { return outer_errors(scale.problem(runs, targets, takes), seed); };
  const auto problem = scale.problem(runs, targets, [](const std::string&) { return true; });
  const auto none = std::numeric_limits<std::size_t>::max();
  const auto penalties = penalties_within(kLittle, inner_errors(Folds(problem, seed), targets.size(), none));
  Sums sums(problem.columns(), problem.targets());
  for (std::size_t i = 0; i < problem.rows.size(); ++i) sums.add(problem.rows[i], problem.values[i], 1);
  const auto weights = fitted(sums, penalties);
  const auto resamples = resampled(problem, penalties, scale, seed.derive("bootstrap"));
  const auto by_mean = errors_of([](const std::string&) { return false; });
  const auto by_all = outer_errors(problem, seed);
  std::vector<TargetEffects> out(targets.size());
  for (std::size_t k = 0; k < out.size(); ++k) {
    out[k].mean = mean(targets[k]);
    out[k].explained = share_explained(by_all[k], by_mean[k]);
    out[k].effects = with_intervals(scale.effects(weights[k]), resamples[k]);
  }
  std::set<std::string> groups;
  for (const auto& feature : designs.features) groups.insert(feature.group);
  for (const auto& group : groups) {
    const auto alone = errors_of([&](const std::string& other) { return other == group; });
    const auto without = errors_of([&](const std::string& other) { return other != group; });
    for (std::size_t k = 0; k < out.size(); ++k) {
      out[k].alone[group] = share_explained(alone[k], by_mean[k]);
      out[k].without[group] = share_explained(without[k], by_mean[k]);
    }
  }
  return out;
}

}  // namespace madsearch
