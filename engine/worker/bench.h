#pragma once
#include "engine/dispatch/messages.h"
#include "engine/worker/runtime.h"

namespace madsearch {

/// GFLOP/s of a large matrix product, best of several: n = 1024 in float32 on a CPU, n = 8192 in bf16 on a GPU.
double peak_gflops(const Runtime& runtime);

/// Times training steps (forward, loss, backward, AdamW; vocabulary 16) of each design and of transformer++ with as
/// many blocks of each kind, and foretells their memory; with 0 steps only that. Throws ConfigError or
/// std::invalid_argument for a design that is not valid at the width.
BenchReply bench(const BenchRequest& request, const Runtime& runtime);

}  // namespace madsearch
