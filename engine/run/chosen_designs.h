#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/run/config.h"
#include "results/store.h"

namespace madsearch {

/// A design that is to be trained on real text, and why.
struct Chosen {
  std::string hash, text, role;  // role: "front", "control", "pair of HASH"
};

/// The best-scored front members (by score, no hand design's text twice), the controls, and to each member as far as
/// asked the design that is clearly worse (its interval lies below the member's, or its score 0.05 below where there is
/// none) within 10 % of its state.
std::vector<Chosen> choose_for_pretraining(const Store& store, const PretrainOptions& options, std::int64_t stages);

}  // namespace madsearch
