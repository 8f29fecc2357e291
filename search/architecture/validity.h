#pragma once
#include <string>

#include "primitives/primitive.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// "" if the genome is valid at `shape`, else a sentence that names the block: every knob fits the width and the other
/// knobs, branches are nested at most 2 deep, blocks of one label are of one primitive and have the same knobs, and an
/// `@a:kv` use comes after its owner and agrees with it in kCacheKnobs. `inner=auto` is not solved here
/// (search/architecture/sizes.h).
std::string invalid(const Genome& genome, Shape shape);

}  // namespace madsearch
