#pragma once
#include <cstdint>
#include <vector>

#include "search/architecture/genome.h"

namespace madsearch {

// What mutations and crossovers have in common.

/// Every stripe of the genome, the outermost first.
std::vector<Stripe*> stripes(Genome& genome);

/// Makes labels consistent again after an edit: a use whose owner is gone, stands in a sibling branch, or has other
/// knobs loses its label.
void repair_labels(Genome& genome);

/// Takes empty branches and stages away; a parallel stage with one branch left becomes that branch in series.
void repair_branches(Genome& genome);

/// Blocks of stage `stage`, parallel ones included.
std::int64_t size(const Stage& stage);

}  // namespace madsearch
