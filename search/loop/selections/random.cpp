#include "search/loop/selections/selection.h"

namespace madsearch {

/// The control: every candidate is drawn at random, at the same rungs and budgets.
Selection random_selection() {
  return {.name = "random",
          .breeds = false,
          .parent = [](const std::vector<Standing>&, Rng&) -> std::size_t { return 0; },
          .leaver = worst};
}

}  // namespace madsearch
