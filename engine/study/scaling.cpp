#include "engine/study/scaling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "engine/study/parabola.h"

namespace madsearch {
namespace {

constexpr std::size_t kDraws = 2000;
constexpr double kUndefined = 0.01;  // share of the draws in which a number that gets an interval may be undefined
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The trainings of one budget and what is fitted to them.
struct Budget {
  std::vector<ScalingPoint> points;
  std::optional<Parabola> loss;    // bits over log parameters; of three sizes at least
  std::optional<Parabola> tokens;  // log tokens over log parameters: FLOPs decide them, there is no noise
};

std::size_t sizes(const Budget& budget) {
  std::set<double> out;
  for (const auto& point : budget.points) out.insert(point.parameters);
  return out.size();
}

template <class Y>
Parabola over_size(const std::vector<ScalingPoint>& points, Y y) {
  std::vector<PlanePoint> out;
  for (const auto& point : points) out.push_back({std::log(point.parameters), y(point)});
  return Parabola(std::move(out));
}

std::map<double, Budget> by_flops(const std::vector<ScalingPoint>& points) {
  std::map<double, Budget> out;
  for (const auto& point : points) out[point.flops].points.push_back(point);
  for (auto& [flops, budget] : out) {
    if (sizes(budget) < 3) continue;
    budget.loss = over_size(budget.points, [](const auto& point) { return point.bits; });
    budget.tokens = over_size(budget.points, [](const auto& point) { return std::log(point.tokens); });
  }
  return out;
}

/// Why a budget has no optimum, or "".
std::string trouble_of(const Budget& budget, const Optimum& found) {
  if (!budget.loss) return "fewer than three sizes";
  const auto lowest = budget.loss->lowest();
  if (!lowest) return "the loss does not bend upwards";
  if (*lowest < std::log(found.least_size)) return "the loss is least below the smallest size";
  if (*lowest > std::log(found.largest_size)) return "the loss is least above the largest size";
  return "";
}

Optimum described(double flops, const Budget& budget) {
  Optimum out;
  out.flops = flops;
  out.sizes = sizes(budget);
  const auto [least, largest] =
      std::minmax_element(budget.points.begin(), budget.points.end(),
                          [](const auto& a, const auto& b) { return a.parameters < b.parameters; });
  out.least_size = least->parameters;
  out.largest_size = largest->parameters;
  out.why = trouble_of(budget, out);
  return out;
}

/// A model that was trained, perhaps by several seeds.
struct Model {
  ScalingPoint mean;
  double trainings = 0;
};

std::vector<Model> models_of(const std::vector<ScalingPoint>& points) {
  std::map<std::pair<double, double>, Model> out;
  for (const auto& point : points) {
    auto& model = out[{point.flops, point.parameters}];
    const auto before = model.trainings * model.mean.bits;
    model.mean = point;
    model.mean.bits = (before + point.bits) / ++model.trainings;
  }
  std::vector<Model> list;
  for (const auto& [key, model] : out) list.push_back(model);
  return list;
}

/// Those that none of smaller or equal state beats.
std::vector<ScalingPoint> best_of(std::vector<ScalingPoint> points) {
  std::sort(points.begin(), points.end(),
            [](const auto& a, const auto& b) { return std::pair(a.state, a.bits) < std::pair(b.state, b.bits); });
  std::vector<ScalingPoint> out;
  for (const auto& point : points)
    if (out.empty() || point.bits < out.back().bits) out.push_back(point);
  return out;
}

std::vector<ScalingPoint> means_of(const std::vector<Model>& models) {
  std::vector<ScalingPoint> out;
  for (const auto& model : models) out.push_back(model.mean);
  return out;
}

/// Of log perplexity a byte over log state.
std::optional<Line> perplexity_line(const std::vector<ScalingPoint>& best) {
  if (best.size() < 3) return {};
  std::vector<PlanePoint> points;
  for (const auto& point : best) points.push_back({std::log(point.state), std::log(2.0) * point.bits});
  return line_through(points);
}

/// Everything that gets an interval, as the trainings or a draw of them have it; NaN for what is undefined.
struct Numbers {
  struct AtOptimum {
    double x = 0;  // log FLOPs
    double log_parameters = 0;
    double log_tokens = 0;
    double bits = 0;
  };
  std::vector<AtOptimum> optima;  // of the budgets that have one
  Line parameters, tokens, bits;  // over x, of logs; of two budgets at least
  std::optional<Line> perplexity;
};

Numbers::AtOptimum at_optimum(double flops, const Parabola& loss, const Parabola& tokens) {
  const auto lowest = loss.lowest();
  if (!lowest) return {std::log(flops), kNaN, kNaN, kNaN};
  return {std::log(flops), *lowest, tokens.at(*lowest), loss.at(*lowest)};
}

template <class Y>
Line over_flops(const std::vector<Numbers::AtOptimum>& optima, Y y) {
  std::vector<PlanePoint> points;
  for (const auto& one : optima) points.push_back({one.x, y(one)});
  return line_through(points);
}

void fit_lines(Numbers& numbers) {
  if (numbers.optima.size() < 2) return;
  numbers.parameters = over_flops(numbers.optima, [](const auto& one) { return one.log_parameters; });
  numbers.tokens = over_flops(numbers.optima, [](const auto& one) { return one.log_tokens; });
  numbers.bits = over_flops(numbers.optima, [](const auto& one) { return std::log(one.bits); });
}

/// Budgets that have an optimum, and all models.
struct Fitted {
  std::vector<std::pair<double, const Budget*>> budgets;  // by FLOPs
  std::vector<Model> models;
};

Numbers measured(const Fitted& fitted) {
  Numbers out;
  for (const auto& [flops, budget] : fitted.budgets)
    out.optima.push_back(at_optimum(flops, *budget->loss, *budget->tokens));
  fit_lines(out);
  out.perplexity = perplexity_line(best_of(means_of(fitted.models)));
  return out;
}

/// The same of other trainings, that deviate so far.
Numbers drawn(const Fitted& fitted, Rng& rng, double deviation) {
  Numbers out;
  for (const auto& [flops, budget] : fitted.budgets)
    out.optima.push_back(at_optimum(flops, budget->loss->again(rng, deviation), *budget->tokens));
  fit_lines(out);
  auto models = fitted.models;
  for (auto& model : models) model.mean.bits += deviation / std::sqrt(model.trainings) * normal(rng);
  out.perplexity = perplexity_line(best_of(means_of(models)));
  return out;
}

/// What all parabolas leave.
struct Scatter {
  double squares = 0;
  std::size_t freedom = 0;
};

Scatter scatter_of(const std::map<double, Budget>& budgets) {
  Scatter out;
  for (const auto& [flops, budget] : budgets) {
    if (!budget.loss) continue;
    out.squares += budget.loss->squares();
    out.freedom += budget.loss->freedom();
  }
  return out;
}

/// A draw of chi-squared.
double chi_squared(Rng& rng, std::size_t freedom) {
  double out = 0;
  for (std::size_t i = 0; i < freedom; ++i) out += std::pow(normal(rng), 2);
  return out;
}

std::vector<Numbers> draws_of(const Fitted& fitted, const Scatter& scatter, Seed seed) {
  if (scatter.freedom == 0) return {};
  Rng rng(seed);
  std::vector<Numbers> out;
  for (std::size_t i = 0; i < kDraws; ++i)
    out.push_back(drawn(fitted, rng, std::sqrt(scatter.squares / chi_squared(rng, scatter.freedom))));
  return out;
}

/// The number `get` in the trainings and in the draws.
template <class Get>
Estimate estimate(const Numbers& measured, const std::vector<Numbers>& draws, Get get) {
  std::vector<double> values;
  for (const auto& draw : draws)
    if (const double value = get(draw); std::isfinite(value)) values.push_back(value);
  Estimate out{get(measured), {}};
  const auto undefined = static_cast<double>(draws.size() - values.size());
  if (!draws.empty() && undefined <= kUndefined * static_cast<double>(draws.size()))
    out.bounds = {quantile(values, 0.025), quantile(values, 0.975)};
  return out;
}

/// The law of a line of logs.
template <class Get>
PowerLaw law(const Numbers& measured, const std::vector<Numbers>& draws, std::size_t points, Get get) {
  return {std::exp(get(measured).intercept), estimate(measured, draws, [&](const auto& it) { return get(it).slope; }),
          points};
}

void set_optimum(std::size_t i, const Numbers& measured, const std::vector<Numbers>& draws, Optimum& out) {
  out.parameters = estimate(measured, draws, [&](const auto& it) { return std::exp(it.optima[i].log_parameters); });
  out.tokens = estimate(measured, draws, [&](const auto& it) { return std::exp(it.optima[i].log_tokens); });
  out.bits = estimate(measured, draws, [&](const auto& it) { return it.optima[i].bits; });
}

void set_laws(const Numbers& measured, const std::vector<Numbers>& draws, Scaling& out) {
  const auto optima = measured.optima.size();
  if (optima >= 2) {
    out.parameters = law(measured, draws, optima, [](const auto& it) { return it.parameters; });
    out.tokens = law(measured, draws, optima, [](const auto& it) { return it.tokens; });
    out.bits = law(measured, draws, optima, [](const auto& it) { return it.bits; });
  }
  if (measured.perplexity)
    out.perplexity = law(measured, draws, out.best_of_state.size(), [](const auto& it) {
      return it.perplexity.value_or(Line{kNaN, kNaN});
    });
}

}  // namespace

Scaling scaling(const std::vector<ScalingPoint>& points, Seed seed) {
  Scaling out;
  const auto budgets = by_flops(points);
  Fitted fitted{{}, models_of(points)};
  std::vector<std::size_t> with_optimum;
  for (const auto& [flops, budget] : budgets) {
    const auto& one = out.budgets.emplace_back(described(flops, budget));
    if (!one.why.empty()) continue;
    with_optimum.push_back(out.budgets.size() - 1);
    fitted.budgets.emplace_back(flops, &budget);
  }
  out.best_of_state = best_of(means_of(fitted.models));
  const auto scatter = scatter_of(budgets);
  if (scatter.freedom > 0) out.deviation = std::sqrt(scatter.squares / static_cast<double>(scatter.freedom));
  const auto numbers = measured(fitted);
  const auto draws = draws_of(fitted, scatter, seed);
  for (std::size_t i = 0; i < with_optimum.size(); ++i) set_optimum(i, numbers, draws, out.budgets[with_optimum[i]]);
  set_laws(numbers, draws, out);
  return out;
}

}  // namespace madsearch
