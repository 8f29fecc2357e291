#pragma once
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>

// Included by .cu files only. tests/cuda/emulation/ stands in for the CUDA runtime where these are compiled as C++.
namespace madsearch::kernels {

/// Throws std::runtime_error if a call of CUDA failed.
inline void check(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(std::string("CUDA: ") + cudaGetErrorString(error));
}

/// Runs `kernel` on a CUDA stream, with `shared_bytes` for each block (see shared_memory); an empty grid, which CUDA
/// refuses, has nothing to do. Throws std::runtime_error if CUDA refuses.
template <class... Parameters>
void launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, std::size_t shared_bytes, void* stream,
            std::type_identity_t<Parameters>... arguments) {
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return;
  constexpr std::size_t kWithoutAsking = 48 * 1024;
  if (shared_bytes > kWithoutAsking)
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes)));
  void* each[] = {&arguments...};
  check(cudaLaunchKernel(kernel, grid, block, each, shared_bytes, static_cast<cudaStream_t>(stream)));
}

/// A grid of a block a sequence and run of `threads` channels: blockIdx.x is the sequence, as a grid has at most 65,535
/// blocks along y.
inline dim3 sequences_by_channels(std::int64_t sequences, std::int64_t channels, int threads) {
  return dim3(static_cast<unsigned>(sequences), static_cast<unsigned>((channels + threads - 1) / threads));
}

/// The memory that the threads of a block share.
template <class S>
__device__ S* shared_memory() {
#if defined(MADSEARCH_EMULATED_CUDA)
  return static_cast<S*>(emulation::shared_memory());
#else
  extern __shared__ __align__(16) unsigned char shared[];
  return reinterpret_cast<S*>(shared);
#endif
}

}  // namespace madsearch::kernels
