#pragma once
#include "mad_tasks/task.h"

namespace madsearch {

/// The recalls and selective copying in one training. Each example is of one of them, drawn uniformly, behind a token
/// that names it; all share their tokens, and are padded at the end with a token of its own to `length` + 1.
Task mixture();

}  // namespace madsearch
