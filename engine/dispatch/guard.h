#pragma once
#include <sys/types.h>

#include "engine/dispatch/process.h"

namespace madsearch {

/// Ends process groups that this program leaves behind when it is killed: a shell that waits for the end of this
/// object, which a kill brings about too, and then asks what is still on its list to end (Farewell). A worker notices
/// by itself that its input is closed; a command that waits in the queue of a cluster doesn't.
class Guard {
 public:
  /// Throws std::system_error if no process can be made.
  explicit Guard(Farewell farewell);
  void watch(pid_t group);
  void release(pid_t group);  // it has ended

 private:
  Process shell_;
};

}  // namespace madsearch
