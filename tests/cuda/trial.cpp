#include "trial.h"

#include <algorithm>
#include <cmath>

#include "tests/cuda/emulation/device.h"

namespace madsearch {

Trial::Trial(std::uint64_t seed) : rng_(seed) { emulation::seed(seed); }

std::int64_t Trial::size(const std::string& name, std::int64_t least, std::int64_t most) {
  const auto out = std::uniform_int_distribution<std::int64_t>(least, most)(rng_);
  sizes_ += " " + name + "=" + std::to_string(out);
  return out;
}

std::int64_t Trial::one_of(const std::string& name, const std::vector<std::int64_t>& choices) {
  const auto out = choices[std::uniform_int_distribution<std::size_t>(0, choices.size() - 1)(rng_)];
  sizes_ += " " + name + "=" + std::to_string(out);
  return out;
}

double Trial::difference(const std::vector<double>& cuda, const std::vector<double>& cpu) {
  double largest = 1e-3;
  double apart = 0;
  for (std::size_t i = 0; i < cpu.size(); ++i) {
    if (cuda[i] == cpu[i]) continue;  // infinities as well
    if (!std::isfinite(cuda[i]) || !std::isfinite(cpu[i])) return std::numeric_limits<double>::infinity();
    apart = std::max(apart, std::abs(cuda[i] - cpu[i]));
  }
  for (const double x : cpu)
    if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
  return apart / largest;
}

}  // namespace madsearch
