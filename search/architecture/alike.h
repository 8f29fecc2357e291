#pragma once
#include "search/architecture/genome.h"

namespace madsearch {

// A design with what papers do differently made alike in all of its blocks, so that designs differ in their mixers.

/// Four taps in each sequence mixer whose short convolution is off and can be on. Other blocks stay as they are.
Genome with_convolutions(Genome genome);

/// Queries and keys are normalised in each block that has the knob qk_norm.
Genome with_qk_norm(Genome genome);

}  // namespace madsearch
