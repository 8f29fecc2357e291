#pragma once
#include <sys/types.h>

namespace madsearch {

/// Whether any process of the group is there that has not ended, be it one that sits in the kernel and ignores SIGKILL.
/// What /proc tells; one that has ended and that nobody has waited for is none.
bool any_lives_in(pid_t group);

}  // namespace madsearch
