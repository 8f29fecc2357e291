#include "engine/dispatch/process_group.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace madsearch {
namespace {

/// Of a line of /proc/N/stat: "N (name) state parent group ..."; the name may have anything in it.
bool lives_in(pid_t group, const std::string& line) {
  const auto name_ends = line.rfind(')');
  if (name_ends == std::string::npos) return false;
  std::istringstream rest(line.substr(name_ends + 1));
  std::string state;
  pid_t parent = 0;
  pid_t own = 0;
  return (rest >> state >> parent >> own) && own == group && state != "Z" && state != "X";
}

}  // namespace

bool any_lives_in(pid_t group) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    std::ifstream stat(entry.path() / "stat");
    std::string line;
    if (std::getline(stat, line) && lives_in(group, line)) return true;
  }
  return false;
}

}  // namespace madsearch
