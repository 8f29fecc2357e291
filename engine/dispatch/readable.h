#pragma once
#include <poll.h>

namespace madsearch {

/// Is there something to read, or the end, at once? Not where there is no descriptor (-1).
inline bool readable(int descriptor) {
  if (descriptor < 0) return false;
  pollfd polled{descriptor, POLLIN, 0};
  return poll(&polled, 1, 0) > 0;
}

}  // namespace madsearch
