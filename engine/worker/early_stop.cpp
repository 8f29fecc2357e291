#include "engine/worker/early_stop.h"

#include <algorithm>

namespace madsearch {

Verdict judge(const std::vector<Look>& looks, double siblings_best, std::int64_t steps, double chance) {
  const auto& now = looks.back();
  double best = 0;
  for (const auto& look : looks) best = std::max(best, look.accuracy);
  const bool late = 10 * now.step >= 6 * steps;
  if (!late && best <= chance + 0.1) return Verdict::kGoOn;

  if (best + 0.1 < siblings_best && looks.size() >= 2 && now.accuracy <= looks[looks.size() - 2].accuracy) return Verdict::kBehind;

  if (10 * now.step >= 8 * steps) return Verdict::kGoOn;
  double old_accuracy = 0, old_loss = 1e300, new_accuracy = 0, new_loss = 1e300;
  int fresh = 0, old = 0;
  for (const auto& look : looks) {
    if (4 * (now.step - look.step) < steps) {
      ++fresh;
      new_accuracy = std::max(new_accuracy, look.accuracy);
      new_loss = std::min(new_loss, look.loss);
    } else {
      ++old;
      old_accuracy = std::max(old_accuracy, look.accuracy);
      old_loss = std::min(old_loss, look.loss);
    }
  }
  if (fresh >= 3 && old >= 1 && new_accuracy < old_accuracy + 0.002 && new_loss > 0.995 * old_loss) return Verdict::kPlateau;
  return Verdict::kGoOn;
}

}  // namespace madsearch
