#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "search/architecture/architectures.h"

namespace madsearch {

/// A design that mutations make of another.
struct Neighbour {
  std::string text;                    // expanded
  std::vector<std::string> operators;  // the mutations that make it, one an edit; of several ways the first
};

struct Neighbours {
  std::vector<Neighbour> all;  // each once, in the order in which they were found; without the design itself
  bool more = false;           // there are more than were asked for
};

/// Every design that a search of this space can make of `design` by `edits` mutations or fewer (Space::mutate), up to
/// `most`: mutations in the order of their table, the draws of each in the order of EveryChoice, one edit before two.
Neighbours neighbours(const Architectures& space, const Genome& design, int edits, NewBlocks new_blocks,
                      std::size_t most);

}  // namespace madsearch
