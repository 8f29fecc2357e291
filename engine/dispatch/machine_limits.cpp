#include "engine/dispatch/machine_limits.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace madsearch {
namespace fs = std::filesystem;
namespace {

double processors_of_the_mask() {
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) return std::max(1, CPU_COUNT(&mask));
  return std::max(1u, std::thread::hardware_concurrency());  // more processors than a mask of this size holds
}

std::string first_word(const fs::path& file) {
  std::string out;
  std::ifstream(file) >> out;
  return out;
}

/// A number above 0; nothing for "max", "-1" and where there is no such file.
std::optional<double> number_in(const std::string& word) {
  char* end = nullptr;
  const double out = std::strtod(word.c_str(), &end);
  if (word.empty() || *end != '\0' || !(out > 0)) return {};
  return out;
}

void at_most(std::optional<double>& limit, std::optional<double> other) {
  if (other) limit = limit ? std::min(*limit, *other) : other;
}

/// What the folder of one group says.
struct GroupLimits {
  std::optional<double> processors, memory_bytes;

  void read(const fs::path& folder) {
    std::string quota, period;
    std::ifstream(folder / "cpu.max") >> quota >> period;
    set_quota(number_in(quota), number_in(period));
    set_quota(number_in(first_word(folder / "cpu.cfs_quota_us")), number_in(first_word(folder / "cpu.cfs_period_us")));
    at_most(memory_bytes, number_in(first_word(folder / "memory.max")));
    at_most(memory_bytes, number_in(first_word(folder / "memory.limit_in_bytes")));
  }

 private:
  void set_quota(std::optional<double> microseconds, std::optional<double> period) {
    if (microseconds && period) at_most(processors, *microseconds / *period);
  }
};

/// The folders of the group that a line of /proc/self/cgroup names and of all above it. In a container the path may be
/// the host's, which isn't seen there: then only the top is.
std::vector<fs::path> folders_of(const fs::path& root, const std::string& line) {
  std::istringstream in(line);
  std::string number, controllers, path;
  std::getline(in, number, ':');
  std::getline(in, controllers, ':');
  std::getline(in, path);
  const auto groups = root / "sys/fs/cgroup";
  const auto top = controllers.empty() ? groups : groups / controllers;
  std::vector<fs::path> out = {top};
  for (const auto& part : fs::path(path).relative_path()) out.push_back(out.back() / part);
  return out;
}

}  // namespace

MachineLimits machine_limits(const fs::path& root) {
  GroupLimits groups;
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);)
    for (const auto& folder : folders_of(root, line)) groups.read(folder);
  MachineLimits out;
  out.processors = std::min(processors_of_the_mask(), groups.processors.value_or(1e9));
  if (groups.memory_bytes && *groups.memory_bytes < 1e18)  // version 1 writes "no limit" as a number near 2^63
    out.memory_bytes = static_cast<std::int64_t>(*groups.memory_bytes);
  return out;
}

}  // namespace madsearch
