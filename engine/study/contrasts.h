#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "engine/study/published.h"

namespace madsearch {

/// Two designs of which one is clearly the better, whoever says so.
struct Contrast {
  std::string better, worse;        // hashes
  std::vector<std::string> papers;  // in which they are apart, by name
  std::vector<std::string> groups;  // the same
};

/// Which papers count. `kJudging` leaves out designs that also stand in a paper for choosing: they count there only.
enum class Half { kAll, kChoosing, kJudging };

struct Contrasts {
  std::vector<Contrast> list;     // each two designs once, sorted by their hashes
  std::size_t contradicting = 0;  // pairs of designs that are apart in both directions, and left out
};

/// Pairs of designs of one group whose values are apart, of the groups of trust A and B (`headline`) or of the others.
Contrasts contrasts(const Published& published, bool headline, Half half);

/// The verdicts on which several labs or scales agree. One is for judging if it is of a paper for judging and neither
/// design stands in a paper for choosing of trust A or B; all others are for choosing.
std::vector<Contrast> agreed(const Published& published, Half half);

}  // namespace madsearch
