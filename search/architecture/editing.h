#pragma once
#include <vector>

#include "search/architecture/genome.h"

namespace madsearch {

/// Every stripe of the genome, the outermost first.
std::vector<Stripe*> stripes(Genome& genome);

/// Makes labels consistent again after an edit (search/architecture/validity.h): a block whose owner is gone, stands in
/// a sibling branch, or has other knobs loses its label.
void repair_labels(Genome& genome);

/// Takes empty branches and stages away after an edit; a parallel stage with one branch left becomes that branch in
/// series.
void repair_branches(Genome& genome);

}  // namespace madsearch
