#pragma once
#include <ATen/core/Tensor.h>

namespace madsearch {

/// Whether `x` lies where the CUDA kernels compute.
inline bool on_gpu(const at::Tensor& x) { return !x.is_cpu(); }

/// The stream that what is launched now goes to. Only where the CUDA kernels were built.
void* gpu_stream();

}  // namespace madsearch
