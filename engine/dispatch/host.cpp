#include "engine/dispatch/host.h"

#include <unistd.h>

#include <array>
#include <fstream>

namespace madsearch {

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == 0) return "unknown";
  return name.data();
}

Memory own_memory() {
  Memory out;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) out.resident_bytes = std::stoll(line.substr(6)) * 1024;
    if (line.starts_with("VmHWM:")) out.peak_bytes = std::stoll(line.substr(6)) * 1024;
  }
  return out;
}

}  // namespace madsearch
