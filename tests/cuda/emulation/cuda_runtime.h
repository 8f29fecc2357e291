#pragma once
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <type_traits>
#include <utility>

#include "tests/cuda/emulation/device.h"

// What .cu files use of CUDA, for a C++ compiler: it stands in for CUDA's header of this name. What is missing here
// doesn't compile; add it with its meaning. Blocks, barriers and limits: device.h.

#define __host__
#define __device__
#define __global__
#define __launch_bounds__(...)
#define threadIdx (::madsearch::emulation::thread_index())
#define blockIdx (::madsearch::emulation::block_index())
#define blockDim (::madsearch::emulation::block_size())

using dim3 = madsearch::emulation::Size3;
using cudaError_t = madsearch::emulation::Error;
using cudaStream_t = void*;
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize };
constexpr auto cudaSuccess = cudaError_t::kNone;

inline const char* cudaGetErrorString(cudaError_t error) { return madsearch::emulation::words(error); }

template <class... Parameters>
cudaError_t cudaFuncSetAttribute(void (*kernel)(Parameters...), cudaFuncAttribute, int bytes) {
  return madsearch::emulation::allow_shared(reinterpret_cast<void*>(kernel), bytes);
}

/// The work is done when it returns.
template <class... Parameters>
cudaError_t cudaLaunchKernel(void (*kernel)(Parameters...), dim3 grid, dim3 block, void** arguments,
                             std::size_t shared_bytes, cudaStream_t) {
  const auto call = [&]<std::size_t... I>(std::index_sequence<I...>) {
    kernel(*static_cast<Parameters*>(arguments[I])...);
  };
  const auto thread = [&] { call(std::index_sequence_for<Parameters...>()); };
  return madsearch::emulation::run(reinterpret_cast<void*>(kernel), grid, block, shared_bytes, thread);
}

inline void __syncthreads(std::source_location place = std::source_location::current()) {
  madsearch::emulation::wait_for_block(place);
}

inline void __syncwarp(unsigned mask = 0xffffffff, std::source_location place = std::source_location::current()) {
  madsearch::emulation::exchange({.mask = mask, .place = place});
}

namespace madsearch::emulation {

/// Every lane of `mask` hands in its value and gets that of lane `from`.
template <class T>
T value_of_lane(unsigned mask, T value, int from, std::source_location place) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  return std::bit_cast<T>(
      static_cast<Bits>(exchange({.mask = mask, .from = from, .bits = std::bit_cast<Bits>(value), .place = place})));
}

}  // namespace madsearch::emulation

template <class T>
T __shfl_sync(unsigned mask, T value, int lane, std::source_location place = std::source_location::current()) {
  return madsearch::emulation::value_of_lane(mask, value, lane % 32, place);
}

template <class T>
T __shfl_xor_sync(unsigned mask, T value, int with, std::source_location place = std::source_location::current()) {
  return madsearch::emulation::value_of_lane(mask, value, madsearch::emulation::lane() ^ with, place);
}

/// A lane that no other stands `by` above of keeps its value.
template <class T>
T __shfl_down_sync(unsigned mask, T value, int by, std::source_location place = std::source_location::current()) {
  const int own = madsearch::emulation::lane();
  return madsearch::emulation::value_of_lane(mask, value, own + by < 32 ? own + by : own, place);
}

template <class T>
T atomicAdd(T* sum, T value) {
  return std::atomic_ref<T>(*sum).fetch_add(value, std::memory_order_relaxed);
}
