#include "primitives/ops/gpu.h"

#include <c10/cuda/CUDAStream.h>

namespace madsearch {

void* gpu_stream() { return c10::cuda::getCurrentCUDAStream().stream(); }

}  // namespace madsearch
