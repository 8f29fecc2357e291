#pragma once
#include "mad_tasks/task.h"

namespace madsearch {

/// Content tokens with blanks b scattered in front of them, then the copy token c: the content is asked, in order, at
/// the blanks that follow.
///
///   inputs   b 2 b b 0 c b b     length = 8, vocabulary = 5, copies = 2; c is the last token, b the one before it
///   targets  . . . . . . 2 0     . is kIgnore; the same in every split
///
/// Content tokens are drawn uniformly. Each of the length - 2 copies - 1 blanks stands in front of one of them, drawn
/// uniformly and independently, so the last content token always stands directly before c.
///
/// Knobs    vocabulary, at least 4; copies, at least 1; length, at least 2 copies + 2; examples
/// Scored   copies positions an example
/// Chance   1/(vocabulary - 2): every scored position shows a blank
/// Oracle   1
/// Protocol the same data in both
/// Source   Poli et al. 2024, arXiv:2403.17844; settings of mad-lab configs/tasks/selective-copying.yml
Task selective_copying();

}  // namespace madsearch
