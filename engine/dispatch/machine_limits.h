#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

namespace madsearch {

/// What this process may use of its machine: a container or a job of a cluster is often given a part of it.
struct MachineLimits {
  double processors = 1;                     // that it may keep busy; a quota may be 1.5
  std::optional<std::int64_t> memory_bytes;  // of all its processes together, if that is limited
};

/// From the affinity mask and from the control groups (versions 1 and 2) that this process is in, its own and all above
/// them. `root`: where /proc and /sys are.
MachineLimits machine_limits(const std::filesystem::path& root = "/");

}  // namespace madsearch
