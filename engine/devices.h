#pragma once
#include <map>
#include <string>

namespace madsearch {

/// What a worker on `device` finds in its environment: MADSEARCH_DEVICE (cpu or cuda), the one GPU it may see, one thread on a CPU, and
/// our own folder first in PATH. Throws ConfigError for what is no device.
std::map<std::string, std::string> worker_environment(const std::string& device);

}  // namespace madsearch
