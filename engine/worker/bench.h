#pragma once
#include "engine/dispatch/messages.h"
#include "engine/worker/runtime.h"

namespace madsearch {

/// GFLOP/s of a 1024 x 1024 x 1024 float32 matrix product, best of several.
double peak_gflops(const Runtime& runtime);

/// Times training steps (forward, loss, backward, AdamW; vocabulary 16, one replica) of each design and of
/// transformer++ with as many blocks of each kind. Throws ConfigError or std::invalid_argument for a design that is not
/// valid at the width.
BenchReply bench(const BenchRequest& request, const Runtime& runtime);

}  // namespace madsearch
