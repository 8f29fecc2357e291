#pragma once
#include <string>
#include <vector>

#include "primitives/primitive.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// A design with one part of it gone, or made as cheap as it can be.
struct Ablation {
  std::string part;                 // "mamba{state=8}", "(gla + attention)": the part as text
  std::string change;               // "removed", "canon instead", "branch dropped"
  std::vector<std::string> places;  // "2", "3-5": its blocks, in order of evaluation; several where the result is equal
  Genome genome;                    // canonical; without a stage if nothing is left
};

/// Each stage removed, each block replaced by the cheapest of its kind at its defaults, each branch dropped, in the
/// order of the stages, of equal results the first. Blocks that cost nothing and those that are the cheapest of their
/// kind already are not replaced. Labels are repaired as after a mutation; whether a result is valid is not checked.
std::vector<Ablation> ablations(const Genome& design, Shape shape);

/// The primitive of this kind that has the fewest FLOPs at `shape`, of equally many the fewest parameters, then the
/// smallest state, with all knobs at their defaults and inner sizes alike. One that costs nothing does nothing, and
/// doesn't count.
const Primitive& cheapest(Kind kind, Shape shape);

}  // namespace madsearch
