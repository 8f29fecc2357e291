#pragma once
#include <cstdint>
#include <string>

#include "search/architecture/genome.h"

namespace madsearch {

/// A genome at pretraining size.
struct Scaled {
  Genome genome;  // sized
  std::int64_t width = 0;
  std::int64_t parameters = 0;  // active, without embeddings
  std::string note;             // what could not be met, "" if all was
};

/// The stripe `repeat` times in series (copies have weights of their own), at the width whose active parameters come
/// nearest to `parameters`. With a `base_width` the head size there is kept: `heads` and `kv_heads` grow with the
/// width, and only widths are tried at which they are whole. Where no multiple of 8 comes within 3 %, `auto` inner
/// sizes are fitted, then even widths tried, then heads left as written; a remaining distance is said in `note`. Throws
/// std::invalid_argument if the genome is valid at no width up to 4096, and unless repeat and parameters are at least
/// 1.
Scaled scale_up(const Genome& genome, std::int64_t repeat, std::int64_t base_width, std::int64_t parameters,
                std::int64_t length);

/// The stripe as it is at `width`, by the same rules: heads grow from `base_width` on, as written where that leaves
/// one not whole. Throws std::invalid_argument if the genome is not valid there.
Scaled at_width(const Genome& genome, std::int64_t base_width, std::int64_t width, std::int64_t length);

}  // namespace madsearch
