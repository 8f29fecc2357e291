#pragma once
#include <optional>

#include "search/architecture/genome.h"

namespace madsearch {

/// The design with each short convolution and token shift that a knob can switch off switched off: `conv=none`,
/// `input_conv=none`, `kv_shift=off`. Nothing if there is none to switch off: what a primitive is without its knobs
/// (short_conv, RWKV's shift) stays.
std::optional<Genome> without_convolution(const Genome& genome);

}  // namespace madsearch
