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

/// The controls, then the best-scored members of the front, then pairs: for each member, as far as pairs were asked
/// for, the worst-scored design within 10 % of its state that is clearly worse. That is one whose interval lies below
/// the member's or, where there are no intervals, whose score is 0.05 lower. No design comes twice.
std::vector<Chosen> choose_for_pretraining(const Store& store, const PretrainOptions& options, std::int64_t stages);

}  // namespace madsearch
