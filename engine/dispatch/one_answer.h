#pragma once
#include <atomic>

#include "engine/dispatch/coordinator.h"

namespace madsearch {

/// The answer to the one request that `workers` have. Throws Interrupted once `stop` (may be nullptr) is set.
Reply answer_of(Coordinator& workers, Request request, const std::atomic<bool>* stop);

}  // namespace madsearch
