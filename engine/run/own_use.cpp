#include "engine/run/own_use.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace madsearch {

OwnUse own_use() {
  OwnUse out;
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  for (const auto& time : {use.ru_utime, use.ru_stime})
    out.cpu_seconds += static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  double all = 0;
  double resident = 0;
  if (std::ifstream("/proc/self/statm") >> all >> resident)
    out.resident_mib = resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
  return out;
}

}  // namespace madsearch
