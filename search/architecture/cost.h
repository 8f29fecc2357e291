#pragma once
#include <cstdint>

#include "primitives/primitive.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// Parameters, FLOPs (forward, one sequence) and state of a whole candidate at `shape`: the blocks' own costs, the norm
/// before each block and what merges add; of embedding and unembedding only 2 T D V FLOPs for a `vocabulary` V above 0.
/// Weights that blocks share by label count once, states once for each use, a cache of shared keys and values once,
/// with the largest window and sinks of its uses. `genome` must be valid and sized (search/architecture/sizes.h).
/// Throws std::invalid_argument for an unknown primitive, TooLarge with a sentence where a cost is beyond 64 bits.
Cost cost(const Genome& genome, Shape shape, std::int64_t vocabulary = 0);

}  // namespace madsearch
