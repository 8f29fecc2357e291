#pragma once
#include <map>
#include <string>
#include <vector>

namespace madsearch {

/// The NVIDIA GPUs of this machine as `nvidia-smi -L` names them: "GPU 0: NVIDIA H100 ...". Empty without a driver.
std::vector<std::string> nvidia_gpus();

/// What a worker on `device` finds in its environment: MADSEARCH_DEVICE (cpu or cuda), the one GPU it may see, one
/// thread on a CPU, and our own folder first in PATH. Throws ConfigError for what is no device.
std::map<std::string, std::string> worker_environment(const std::string& device);

}  // namespace madsearch
