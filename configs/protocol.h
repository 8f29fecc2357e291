#pragma once
#include <string>

namespace madsearch {

/// `kMadLab` reproduces the reference (mad-lab) as it behaves, in its data, layers and training; `kMadsearch`, the
/// default, is what the papers intended. docs/architecture.md lists the differences.
enum class Protocol { kMadsearch, kMadLab };

std::string to_text(Protocol protocol);  // "madsearch", "mad-lab"

}  // namespace madsearch
