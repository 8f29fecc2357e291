#pragma once
#include <cstdint>
#include <string>

#include "configs/knobs.h"
#include "search/architecture/genome.h"

namespace madsearch {

// Attention within a window is cheaper than attention because it sees less. A window as long as the sequences that a
// design is scored on would be full attention at a fraction of its price.

/// "" if the window and the sinks of a block let a token read no more than `max_window` others (0: any), else why not:
/// "window=32 is above 16". A fraction may be 1/4 at most; its sinks count as in a sequence of four times max_window.
std::string too_wide(const Settings& set, std::int64_t max_window);

/// The first window of the genome with which a token of a sequence of `length` may read all of it: "window=16",
/// "window=7/8 and sinks=1"; "" if there is none.
std::string covering_window(const Genome& genome, std::int64_t length);

/// The genome with every window that is a fraction as the count that it is in sequences of `length`.
Genome counted_windows(Genome genome, std::int64_t length);

}  // namespace madsearch
