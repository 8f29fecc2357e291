#pragma once

namespace madsearch {

/// What this process has taken of the machine so far, without its workers.
struct OwnUse {
  double cpu_seconds = 0;
  double resident_mib = 0;  // now; 0 where /proc can't tell
};
OwnUse own_use();

}  // namespace madsearch
