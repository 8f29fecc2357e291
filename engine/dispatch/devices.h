#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/dispatch/machine_limits.h"

namespace madsearch {

/// The NVIDIA GPUs of this machine as `nvidia-smi -L` names them: "GPU 0: NVIDIA H100 ...". Empty without a driver.
std::vector<std::string> nvidia_gpus();

/// `auto` -> the CUDA devices of nvidia-smi, or {"cpu"}; else what was asked for. Throws ConfigError for a device that
/// can't be ("cuda:x").
std::vector<std::string> resolve_devices(const std::vector<std::string>& asked);

/// Slots of an `auto` CPU: the processors that this process may use, and no more than its memory is limited to at 512
/// MiB a slot; of a GPU: 1.
std::int64_t default_slots(const std::vector<std::string>& devices);
std::int64_t default_slots(const std::vector<std::string>& devices, const MachineLimits& machine);

/// What a worker on `device` finds in its environment: MADSEARCH_DEVICE (cpu or cuda), the one GPU it may see, one
/// thread on a CPU, and our own folder first in PATH (whatever its name). Throws ConfigError for what is no device.
std::map<std::string, std::string> worker_environment(const std::string& device);

}  // namespace madsearch
