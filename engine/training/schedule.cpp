#include "engine/training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "configs/text.h"

namespace madsearch {
namespace {

/// `done`: share of the steps behind the warm-up.
double cosine(double done) { return 0.1 + 0.45 * (1 + std::cos(std::numbers::pi * done)); }

double falling(std::int64_t left, std::int64_t steps) {
  const auto decay = std::max<std::int64_t>(1, steps / 5);
  return std::min(1.0, static_cast<double>(left) / static_cast<double>(decay));
}

}  // namespace

double schedule(const std::string& name, std::int64_t step, std::int64_t steps) {
  const auto warm = std::max<std::int64_t>(1, steps / 20);
  if (step < warm) return static_cast<double>(step + 1) / static_cast<double>(warm);
  if (name == "wsd") return falling(steps - step, steps);
  if (name != "cosine") throw std::invalid_argument("no schedule is called " + in_quotes(name));
  return cosine(static_cast<double>(step - warm) / static_cast<double>(std::max<std::int64_t>(1, steps - warm)));
}

}  // namespace madsearch
