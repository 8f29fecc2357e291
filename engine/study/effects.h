#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "configs/seed.h"
#include "engine/study/design_features.h"

namespace madsearch {

/// What goes with a step of a feature, all others being equal, as far as the designs tell it apart.
struct Effect {
  double value = 0;
  // 95 %, percentiles over bootstrapped designs
  double low = 0;
  double high = 0;
  bool clear = false;  // not 0 either where all effects on one target are judged together (the largest |t|, 95 %)
};

/// Of one score.
struct TargetEffects {
  double mean = 0;
  /// Share of the variance between designs that is told of designs which were left out (10 folds); below 0 where the
  /// mean tells more. Runs' own means are not counted as explained.
  double explained = 0;
  std::map<std::string, double> alone;    // the same by the features of one group
  std::map<std::string, double> without;  // by those of all others
  std::vector<Effect> effects;            // of each feature
};

/// Ridge regressions of each target on all features, which are brought to one scale. The penalty is that of the least
/// error on left-out designs, chosen anew within each fold; for effects the smallest that costs 2 % of error at most,
/// as intervals don't hold what is shrunk. Designs are drawn with replacement for these.
/// `targets[k][i]`: of design i. `runs[i]`: the shares of runs in what is known of design i, which have a level each.
std::vector<TargetEffects> effects(const DesignFeatures& designs, const std::vector<std::vector<double>>& runs,
                                   const std::vector<std::vector<double>>& targets, Seed seed);

}  // namespace madsearch
