#pragma once
#include <string>
#include <vector>

#include "search/architecture/genome.h"

namespace madsearch {

/// The layers of a model in order, each a few stages.
using Layers = std::vector<Stripe>;

/// A short stripe that stands for many layers.
struct CutLayers {
  Stripe stripe;
  std::string note;  // what was cut, for people; "" if nothing
};

/// The layers that the others repeat in turn, if the whole is at least twice as long; one layer in ten may differ, if
/// every kind of layer is among those that repeat. Else, beyond 8 layers, of the runs
/// of consecutive layers which hold every kind of layer and are at most 8 (if there is none, the fewest that hold every
/// kind) the one whose shares of the kinds are nearest to those of the whole: the sum of differences, the shorter and
/// then the earlier of equals. `layers` is not empty.
CutLayers cut_layers(const Layers& layers);

}  // namespace madsearch
