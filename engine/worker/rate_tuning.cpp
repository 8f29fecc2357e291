#include "engine/worker/rate_tuning.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "engine/training/learning_rates.h"
#include "engine/worker/text_training.h"

namespace madsearch {
namespace {

using Trial = std::pair<double, double>;  // bits per byte, rate

/// Trains a replica for each rate. Adds the FLOPs to `flops`.
std::vector<Trial> trials_of(const std::vector<double>& rates, const PretrainingPlan& plan,
                             const PretrainRequest& request, const Runtime& runtime, const OnProgress& progress,
                             double& flops) {
  TextTraining training(plan, request, runtime, rates);
  training.train(plan.tuning_steps, progress, {});
  flops += static_cast<double>(rates.size()) * static_cast<double>(plan.tuning_steps * plan.step_tokens) *
           plan.flops_per_token;
  const auto scores = training.held_out(0, false);
  std::vector<Trial> out;
  for (std::size_t i = 0; i < rates.size(); ++i)
    out.emplace_back(std::isfinite(scores[i].all) ? scores[i].all : std::numeric_limits<double>::infinity(), rates[i]);
  return out;
}

}  // namespace

std::optional<double> tuned_rate(const PretrainingPlan& plan, const PretrainRequest& request, const Runtime& runtime,
                                 const OnProgress& progress, double& flops) {
  auto rates = request.learning_rates;
  std::sort(rates.begin(), rates.end());
  if (rates.size() == 1) return rates[0];
  const double ratio = rates[1] / rates[0];
  std::vector<Trial> tried;
  for (int extension = 0;; ++extension) {
    for (const auto& trial : trials_of(rates, plan, request, runtime, progress, flops)) tried.push_back(trial);
    const auto [bits, best] = *std::min_element(tried.begin(), tried.end());
    if (!std::isfinite(bits)) return {};
    const auto [least, most] = std::minmax_element(tried.begin(), tried.end(),
                                                   [](const auto& a, const auto& b) { return a.second < b.second; });
    const bool low = best == least->second;
    const bool high = best == most->second;
    if (extension == kRateExtensions || (!low && !high)) return best;
    rates = {low ? best / ratio : best * ratio};
  }
}

}  // namespace madsearch
