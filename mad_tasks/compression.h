#pragma once
#include "mad_tasks/task.h"

namespace madsearch {

/// Random tokens and then the compression token c. The auto-encoder's decoder must give the whole sequence back from
/// what the last position holds and from the number of a position alone.
///
///   inputs   3 0 2 2 1 c     length = 6, vocabulary = 5; c is the last token of the vocabulary
///   targets  3 0 2 2 1 c     the same in every split; c is asked too, and known without looking
///
/// Knobs    vocabulary, at least 3; length, at least 2; examples
/// Scored   length positions an example
/// Chance   (1 + (length - 1)/(vocabulary - 1))/length: the decoder knows the position, so c at the end is free
/// Oracle   1
/// Protocol the same data in both
/// Source   Poli et al. 2024, arXiv:2403.17844; settings of mad-lab configs/tasks/compression.yml
Task compression();

}  // namespace madsearch
