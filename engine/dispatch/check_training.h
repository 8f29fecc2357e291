#pragma once
#include "engine/dispatch/messages.h"

namespace madsearch {

/// A training of milliseconds that no design can spoil: where it fails, it is the worker, its device or its machine
/// that fails. Sent to workers whose requests have failed, to tell the two apart.
TrainRequest check_training();

}  // namespace madsearch
