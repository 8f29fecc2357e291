#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace madsearch {

/// One look of a replica at validation-A.
struct Look {
  std::int64_t step = 0;
  double accuracy = 0;
  double loss = 0;
};

/// Why a replica need not train on.
enum class Verdict { kGoOn, kPlateau, kBehind };

/// When a replica counts as hopeless; shares are of its steps. The values are those of docs/fidelity.md.
struct StopRule {
  double late = 0.6;     // share after which any replica is judged ...
  double risen = 0.1;    // ... or this far above chance: recall sits at chance and then jumps
  double window = 0.25;  // share in which nothing was gained: a plateau
  // what counts as gained: accuracy, share of the loss
  double gain_accuracy = 0.002;
  double gain_loss = 0.005;

  double behind = 0.1;  // accuracy below the best sibling's
};

/// Judges a replica by its looks so far (oldest first, not empty) and the best accuracy of its siblings. kPlateau: in
/// the last `window`, and three looks at least, neither accuracy nor loss gained, and the rate's decay over the last
/// 20 % has not begun (it always helps). kBehind: its best is more than `behind` below the siblings' and it has closed
/// none of that gap since the look before.
Verdict judge(const std::vector<Look>& looks, double siblings_best, std::int64_t steps, double chance,
              const StopRule& rule = {});

/// The rule's numbers in one line. The keys of the studies' stored trainings hold it (engine/study/study_log.cpp), so
/// its form never changes.
std::string to_text(const StopRule& rule);

}  // namespace madsearch
