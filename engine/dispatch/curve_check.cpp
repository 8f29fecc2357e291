#include "engine/dispatch/curve_check.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "configs/text.h"
#include "engine/dispatch/field_check.h"

namespace madsearch {
namespace {

constexpr double kRounded = 0.51e-4;  // the most by which an accuracy of four digits differs

/// The first thing that is wrong with one curve; "" if nothing is.
std::string problem_of(const Curve& curve, std::int64_t steps) {
  std::int64_t before = 0;
  for (const auto& look : curve.looks) {
    if (look.step <= before || look.step > steps)
      return "a look at step " + std::to_string(look.step) + " of " + std::to_string(steps) + " after one at step " +
             std::to_string(before);
    if (!(look.accuracy >= 0 && look.accuracy <= 1)) return "an accuracy that is no share of 1";
    if (!(std::abs(look.loss) <= kMostLoss)) return "a loss that is no number";
    before = look.step;
  }
  return "";
}

/// The best accuracy of the training's grid point; nothing if no curve is of it.
std::optional<double> reached(const std::vector<Curve>& curves, const TrainingRecord& training) {
  std::optional<double> out;
  for (const auto& curve : curves) {
    if (curve.point.learning_rate != training.learning_rate || curve.point.weight_decay != training.weight_decay)
      continue;
    for (const auto& look : curve.looks) out = std::max(out.value_or(0), look.accuracy);
  }
  return out;
}

}  // namespace

std::vector<std::string> problems_of_curves(const std::vector<Curve>& curves, const TrainingRecord& training,
                                            const TrainRequest& request) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < curves.size(); ++i)
    if (const auto problem = problem_of(curves[i], request.setting.steps); !problem.empty())
      out.push_back("curve " + std::to_string(i + 1) + " has " + problem);
  if (training.outcome != Outcome::kOk || !out.empty()) return out;
  if (static_cast<std::int64_t>(curves.size()) != training.trainings)
    out.push_back(std::to_string(curves.size()) + " curves of " + std::to_string(training.trainings) + " trainings");
  if (request.protocol == Protocol::kMadLab || request.grid.empty()) return out;  // chosen by the loss, or nothing
  const auto best = reached(curves, training);
  if (!best)
    out.push_back("no curve of its learning rate and weight decay");
  else if (training.validation_a && std::abs(*training.validation_a - *best) > kRounded)
    out.push_back("validation_a is " + shown("%.4f", *training.validation_a) + ", but its curve comes to " +
                  shown("%.4f", *best));
  return out;
}

}  // namespace madsearch
