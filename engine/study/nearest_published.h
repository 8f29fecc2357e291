#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/study/published.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// How far designs are from each other, whatever their sizes and number of blocks:
///
///   half of Σ over primitives |share of a's blocks - share of b's|, 0 to 1
///   + 1/4 if one of them has a short convolution or token shift and the other none
///   + 1/4 if one of them has a window and the other none
///
/// `by_knobs` is the first line of blocks with all their knobs in place of primitives, and decides where the others are
/// equal: 0 if the same blocks stand in both.
struct DesignDistance {
  double distance = 0;
  double by_knobs = 0;
  auto operator<=>(const DesignDistance&) const = default;
};
DesignDistance design_distance(const Genome& a, const Genome& b);

/// Whether one is the other, or both are repeats of one stripe.
bool same_design(const Genome& a, const Genome& b);

/// What a published design got in one comparison.
struct PublishedResult {
  const PublishedGroup* group = nullptr;
  const PublishedDesign* design = nullptr;
  std::size_t rank = 1;  // 1: no design of the group has a lower value
  std::size_t of = 0;    // designs of the group
};

/// The published design that is nearest to a genome.
struct NearestPublished {
  Genome genome;
  DesignDistance distance;
  bool same = false;  // it is that design
  /// Its own and its repeats', of groups of trust A and B, the largest scale first, at most two groups.
  std::vector<PublishedResult> results;
};

/// Of groups of trust A and B; the same design before others of equal distance, then the one that was trained at the
/// largest scale, then the first. Windows that are fractions are compared as in sequences of 32 tokens, for which
/// published ones are written. Nothing where there is none. What it points to is `published`'s.
std::optional<NearestPublished> nearest_published(const Genome& genome, const Published& published);

/// "1.3B" of "~1.3B, 100B tokens", the size of models; "" if there is none.
std::string size_of(const std::string& scale);

}  // namespace madsearch
