#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/dispatch/machine_limits.h"
#include "engine/dispatch/process.h"

namespace madsearch {

/// Where NVIDIA's driver, if it is loaded, says what it is and which GPUs it has.
inline constexpr const char* kNvidiaDriver = "/proc/driver/nvidia";

/// The NVIDIA GPUs of this machine as `nvidia-smi -L` names them: "GPU 0: NVIDIA H100 ..."; without nvidia-smi as the
/// driver does. Empty without a driver.
std::vector<std::string> nvidia_gpus(const std::string& driver = kNvidiaDriver);

/// `auto` -> the CUDA devices of this machine, or {"cpu"} where there is no NVIDIA driver or CUDA_VISIBLE_DEVICES
/// allows none; else what was asked for. Throws ConfigError for a device that can't be ("cuda:x"), and for `auto` where
/// a driver is loaded but too old, or shows no GPU: a search meant for a GPU must not go on a CPU unheard.
std::vector<std::string> resolve_devices(const std::vector<std::string>& asked,
                                         const std::string& driver = kNvidiaDriver);

/// Slots of an `auto` CPU: the processors that this process may use, and no more than its memory is limited to at 512
/// MiB a slot; of a GPU: 1.
std::int64_t default_slots(const std::vector<std::string>& devices);
std::int64_t default_slots(const std::vector<std::string>& devices, const MachineLimits& machine);

/// What a worker on `device` finds in its environment: MADSEARCH_DEVICE (cpu or cuda), the one GPU it may see, one
/// thread on a CPU, and our own folder first in PATH (whatever its name). Throws ConfigError for what is no device.
Environment worker_environment(const std::string& device);

/// The same of a worker elsewhere: nothing that says which devices this machine has and how to use them.
Environment environment_elsewhere();

}  // namespace madsearch
