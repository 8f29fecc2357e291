#pragma once
#include <functional>
#include <string>
#include <vector>

#include "configs/seed.h"
#include "search/architecture/alphabet.h"
#include "search/architecture/genome.h"

namespace madsearch {

class EveryChoice;

/// An operator of variation. `apply` returns a changed copy, or the parent itself where there is nothing to change. It
/// keeps the number of blocks, and labels and branches consistent (search/architecture/editing.h); the caller checks
/// sizes and limits and draws again where they are not kept (search/architecture/architectures.h).
struct Mutation {
  std::string name;
  double weight = 1;  // how often it is drawn, relative to the others: twice the weight, twice as often
  std::function<Genome(const Genome&, const Alphabet&, Rng&)> apply;
  /// The same code with draws that are not random: pass after pass, all that apply can make (every_choice.h).
  std::function<Genome(const Genome&, const Alphabet&, EveryChoice&)> each;
};

Mutation change_knob();        // one knob of one block (of all uses of its label) takes another value
Mutation replace_block();      // one block becomes another primitive of the same kind
Mutation insert_and_delete();  // a new block somewhere, another one away: the number of blocks stays
Mutation swap_blocks();        // two blocks exchange places
Mutation move_block();         // a stage goes elsewhere
Mutation duplicate_segment();  // a run of stages is copied over another run of equal length
Mutation branch();             // two stages in series become parallel branches
Mutation unbranch();           // parallel branches become stages in series
Mutation share();              // two equal blocks share weights, or an attention takes an earlier one's keys and values
Mutation unshare();            // a label goes

/// Every mutation. The order counts: search draws from it, so another order is another search with the same seed.
const std::vector<Mutation>& mutations();

}  // namespace madsearch
