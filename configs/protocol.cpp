#include "configs/protocol.h"

namespace madsearch {

std::string to_text(Protocol protocol) { return protocol == Protocol::kMadLab ? "mad-lab" : "madsearch"; }

}  // namespace madsearch
