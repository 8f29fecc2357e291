#pragma once
#include <string>

#include "search/architecture/genome.h"

namespace madsearch {

/// The stripe as a picture, an SVG file of its own: the input at the bottom, blocks coloured by family with the knobs
/// that are not at their defaults, branches side by side, blocks of one label joined by a dashed line.
std::string svg(const Genome& genome, const std::string& title);

}  // namespace madsearch
