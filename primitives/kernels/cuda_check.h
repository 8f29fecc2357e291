#pragma once
#include <cuda_runtime.h>

#include <stdexcept>
#include <string>

namespace madsearch::kernels {

/// Throws std::runtime_error if a launch failed.
inline void check(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(std::string("CUDA: ") + cudaGetErrorString(error));
}

}  // namespace madsearch::kernels
