#include "engine/training/early_stop.h"

#include <algorithm>
#include <cstdio>

namespace madsearch {

Verdict judge(const std::vector<Look>& looks, double siblings_best, std::int64_t steps, double chance,
              const StopRule& rule) {
  const auto& now = looks.back();
  const auto all = static_cast<double>(steps), done = static_cast<double>(now.step);
  double best = 0;
  for (const auto& look : looks) best = std::max(best, look.accuracy);
  if (done < rule.late * all && best <= chance + rule.risen) return Verdict::kGoOn;

  if (best + rule.behind < siblings_best && looks.size() >= 2 && now.accuracy <= looks[looks.size() - 2].accuracy)
    return Verdict::kBehind;

  if (done >= 0.8 * all) return Verdict::kGoOn;
  double old_accuracy = 0;
  double old_loss = 1e300;
  double new_accuracy = 0;
  double new_loss = 1e300;
  int fresh = 0;
  int old = 0;
  for (const auto& look : looks) {
    if (done - static_cast<double>(look.step) < rule.window * all) {
      ++fresh;
      new_accuracy = std::max(new_accuracy, look.accuracy);
      new_loss = std::min(new_loss, look.loss);
    } else {
      ++old;
      old_accuracy = std::max(old_accuracy, look.accuracy);
      old_loss = std::min(old_loss, look.loss);
    }
  }
  const bool gained = new_accuracy >= old_accuracy + rule.gain_accuracy || new_loss <= (1 - rule.gain_loss) * old_loss;
  return fresh >= 3 && old >= 1 && !gained ? Verdict::kPlateau : Verdict::kGoOn;
}

std::string to_text(const StopRule& rule) {
  char out[200];
  std::snprintf(out, sizeof out, "late %g, risen %g, window %g, gains %g of accuracy or %g of the loss, behind %g",
                rule.late, rule.risen, rule.window, rule.gain_accuracy, rule.gain_loss, rule.behind);
  return out;
}

}  // namespace madsearch
