// The emulated device itself: what CUDA promises, what it refuses, and what it leaves undefined.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "primitives/kernels/cuda_launch.h"

namespace madsearch {
namespace {

using kernels::launch;
using kernels::shared_memory;

/// What a launch says that fails.
template <class... Arguments>
std::string refusal(const Arguments&... arguments) {
  try {
    launch(arguments...);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

__global__ void write_indices(unsigned* out) {
  const unsigned block = (blockIdx.z * 2 + blockIdx.y) * 3 + blockIdx.x;
  out[block * blockDim.x * blockDim.y + threadIdx.y * blockDim.x + threadIdx.x] += block + 1;
}

TEST(EmulatedCuda, RunsEveryThreadOfEveryBlockOnce) {
  std::vector<unsigned> out(3 * 2 * 4 * 40);
  launch(write_indices, dim3(3, 2, 4), dim3(20, 2), 0, nullptr, out.data());
  for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], i / 40 + 1);
}

__global__ void count_up(int* counter, int* order) { order[atomicAdd(counter, 1)] = static_cast<int>(threadIdx.x); }

std::vector<int> order_of_threads(std::uint64_t seed) {
  int counter = 0;
  std::vector<int> out(8);
  emulation::seed(seed);
  launch(count_up, 1, 8, 0, nullptr, &counter, out.data());
  return out;
}

TEST(EmulatedCuda, ResumesThreadsInAnOrderThatOnlyTheSeedDecides) {
  std::set<std::vector<int>> orders;
  for (int seed = 0; seed < 10; ++seed) orders.insert(order_of_threads(seed));
  EXPECT_EQ(orders.size(), 10u);
  EXPECT_EQ(order_of_threads(3), order_of_threads(3));
}

/// The last thread writes what all read.
__global__ void share(float* out) {
  auto* shared = shared_memory<float>();
  if (threadIdx.x == blockDim.x - 1) shared[0] = 7;
  __syncthreads();
  out[threadIdx.x] = shared[0];
}

TEST(EmulatedCuda, WhatIsWrittenBeforeABarrierIsReadAfterIt) {
  std::vector<float> out(64);
  launch(share, 1, 64, sizeof(float), nullptr, out.data());
  for (const float x : out) EXPECT_EQ(x, 7);
}

__global__ void read_unwritten(double* out) { out[threadIdx.x] = shared_memory<double>()[threadIdx.x]; }

TEST(EmulatedCuda, SharedMemoryIsNaNUntilItIsWritten) {
  std::vector<double> out(64);
  launch(read_unwritten, 1, 64, 64 * sizeof(double), nullptr, out.data());
  for (const double x : out) EXPECT_TRUE(std::isnan(x));
}

__global__ void nothing() {}

TEST(EmulatedCuda, RefusesWhatCudaRefuses) {
  const std::string refused = "CUDA: invalid configuration argument";
  EXPECT_EQ(refusal(nothing, dim3(1, 65535, 1), 1, 0, nullptr), "");
  EXPECT_EQ(refusal(nothing, dim3(1, 65536, 1), 1, 0, nullptr), refused);
  EXPECT_EQ(refusal(nothing, dim3(1, 1, 65536), 1, 0, nullptr), refused);
  EXPECT_EQ(refusal(nothing, 1, 0, 0, nullptr), refused);
  EXPECT_EQ(refusal(nothing, 1, 1024, 0, nullptr), "");
  EXPECT_EQ(refusal(nothing, 1, 1025, 0, nullptr), refused);
  EXPECT_EQ(refusal(nothing, 1, 1, 227 * 1024, nullptr), "");
  EXPECT_EQ(refusal(nothing, 1, 1, 227 * 1024 + 1, nullptr), "CUDA: invalid argument");
}

TEST(EmulatedCuda, RefusesAnEmptyGridWhichIsNeverLaunched) {
  EXPECT_EQ(emulation::run(reinterpret_cast<void*>(nothing), 0, 1, 0, [] {}), emulation::Error::kInvalidConfiguration);
  EXPECT_EQ(refusal(nothing, 0, 1, 0, nullptr), "");
  EXPECT_EQ(refusal(nothing, dim3(1, 0, 1), 1, 0, nullptr), "");
}

__global__ void barely(int) {}

TEST(EmulatedCuda, GivesABlock48KibOfSharedMemoryUnlessMoreIsAllowed) {
  EXPECT_EQ(emulation::run(reinterpret_cast<void*>(barely), 1, 1, 48 * 1024 + 1, [] {}),
            emulation::Error::kInvalidConfiguration);
  EXPECT_EQ(emulation::run(reinterpret_cast<void*>(barely), 1, 1, 48 * 1024, [] {}), emulation::Error::kNone);
}

__global__ void leave_early(int leaving) {
  if (static_cast<int>(threadIdx.x) < leaving) return;
  __syncthreads();
}

__global__ void wait_apart() {
  if (threadIdx.x == 0)
    __syncthreads();
  else
    __syncthreads();
}

std::string without_lines(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }), text.end());
  return text;
}

TEST(EmulatedCuda, EndsALaunchWhoseThreadsDontAllWaitAtOneBarrier) {
  EXPECT_EQ(refusal(leave_early, 1, 8, 0, nullptr, 0), "");
  EXPECT_EQ(refusal(leave_early, 1, 8, 0, nullptr, 8), "");
  EXPECT_EQ(without_lines(refusal(leave_early, 1, 8, 0, nullptr, 3)),
            "CUDA:  of  threads left a block while others wait at emulation_test.cpp:");
  EXPECT_EQ(without_lines(refusal(wait_apart, 1, 8, 0, nullptr)),
            "CUDA: threads of a block wait at emulation_test.cpp: and at emulation_test.cpp:");
}

TEST(EmulatedCuda, RunsTheNextLaunchAfterOneThatFailed) {
  refusal(leave_early, 1, 8, 0, nullptr, 3);
  std::vector<float> out(64);
  launch(share, 1, 64, sizeof(float), nullptr, out.data());
  for (const float x : out) EXPECT_EQ(x, 7);
}

template <class T>
__global__ void sum_lanes(const T* in, T* out) {
  T sum = in[threadIdx.x];
  for (int by = 16; by > 0; by /= 2) sum += __shfl_xor_sync(0xffffffff, sum, by);
  out[threadIdx.x] = sum;
}

TEST(EmulatedCuda, LanesOfAWarpExchangeTheirValues) {
  std::vector<double> in(96), out(96);
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<double>(i);
  launch(sum_lanes<double>, 1, 96, 0, nullptr, in.data(), out.data());
  for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], 496.0 + 1024.0 * static_cast<double>(i / 32));
}

__global__ void shift_and_spread(int* shifted, int* spread) {
  const int lane = static_cast<int>(threadIdx.x);
  shifted[lane] = __shfl_down_sync(0xffffffff, lane, 30);
  __syncwarp();
  spread[lane] = __shfl_sync(0xffffffff, lane, 5);
}

TEST(EmulatedCuda, ALaneWithoutAnotherAboveItKeepsItsValue) {
  std::vector<int> shifted(32), spread(32);
  launch(shift_and_spread, 1, 32, 0, nullptr, shifted.data(), spread.data());
  for (int i = 0; i < 32; ++i) {
    EXPECT_EQ(shifted[i], i < 2 ? i + 30 : i);
    EXPECT_EQ(spread[i], 5);
  }
}

/// Each half of the warp by itself, the upper one with another number of exchanges.
__global__ void halves(int* out) {
  const int lane = static_cast<int>(threadIdx.x);
  const unsigned mask = lane < 16 ? 0x0000ffff : 0xffff0000;
  int value = lane;
  for (int i = 0; i < (lane < 16 ? 1 : 3); ++i) value = __shfl_xor_sync(mask, value, 1);
  out[lane] = value;
}

TEST(EmulatedCuda, LanesOfOneMaskDontWaitForOthers) {
  std::vector<int> out(32);
  launch(halves, 1, 32, 0, nullptr, out.data());
  for (int i = 0; i < 32; ++i) EXPECT_EQ(out[i], i ^ 1);
}

__global__ void miss_a_lane(int missing, unsigned mask, int from) {
  if (static_cast<int>(threadIdx.x) != missing) __shfl_sync(mask, 1, from);
}

TEST(EmulatedCuda, EndsALaunchWhoseLanesDontMeetOrReadOthers) {
  const auto said = [](int missing, unsigned mask, int from) {
    return without_lines(refusal(miss_a_lane, 1, 32, 0, nullptr, missing, mask, from));
  };
  EXPECT_EQ(said(-1, 0xffffffff, 31), "");
  EXPECT_EQ(said(7, 0xffffffff, 0), "CUDA: lane  waits in vain for lanes of its mask at emulation_test.cpp:");
  EXPECT_EQ(said(31, 0x7fffffff, 31), "CUDA: lane  reads lane , which is not in the mask, at emulation_test.cpp:");
  EXPECT_EQ(said(-1, 0x7fffffff, 0), "CUDA: lane  is not in its own mask at emulation_test.cpp:");
  EXPECT_EQ(refusal(miss_a_lane, 1, 16, 0, nullptr, -1, 0xffffu, 3), "");
}

__global__ void add_up(double* sum) { atomicAdd(sum, 0.5); }

TEST(EmulatedCuda, AtomicsAddUp) {
  double sum = 0;
  launch(add_up, 5, 100, 0, nullptr, &sum);
  EXPECT_EQ(sum, 250);
}

}  // namespace
}  // namespace madsearch
