#include "engine/dispatch/pool.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

namespace madsearch {

std::string launcher_in(const std::string& command) {
  static constexpr std::array<std::string_view, 7> launchers = {"srun", "ssh",  "mpirun", "mpiexec",
                                                                "qrsh", "bsub", "kubectl"};
  std::istringstream words(command);
  for (std::string word; words >> word;) {
    const auto program = word.substr(word.rfind('/') + 1);
    if (std::find(launchers.begin(), launchers.end(), program) != launchers.end()) return program;
  }
  return "";
}

Pool pool_of(const std::string& command, const std::vector<std::string>& devices, std::int64_t slots) {
  Pool out{.command = command, .devices = devices, .slots = slots};
  const auto launcher = launcher_in(command);
  if (launcher.empty()) return out;
  out.name = launcher;
  out.copies = out.size();
  out.devices.clear();
  return out;
}

}  // namespace madsearch
