#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Gives back what it gets. In a stripe the stage is x + norm(x): a place that search may leave empty, its parameters
/// free for the channel mixers that are solved (search/architecture/sizes.h).
///
///   out = x                                            x, out [R, B, T, D]
///
/// Knobs       none
/// Parameters  0                     the norm before a block is counted with the design
/// FLOPs       0
/// State       0
/// Protocol    the same in both; the reference has no such layer
/// Source      He et al. 2016, arXiv:1603.05027, section 3: the shortcut that residual stages are built around
Primitive identity();

}  // namespace madsearch
