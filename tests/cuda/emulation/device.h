#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <source_location>

#include "tests/cuda/emulation/thread.h"

namespace madsearch::emulation {

// A CUDA device inside this process, to run kernels where there is none. It is slow and strict:
//   blocks     run one after another, in random order
//   threads    of a block are fibers (fiber.h) that go on in random order between two barriers
//   memory     shared memory is all NaN before a block starts; the address sanitizer knows its end
//   limits     of a launch are those of CUDA since compute capability 9.0
//   barriers   that not all threads of a block, or all named lanes of a warp, wait at end the launch with an error
// It can't show what only hardware has: caches, the order of memory between running blocks, speed.

enum class Error { kNone, kInvalidValue, kInvalidConfiguration, kLaunchFailure };

/// As CUDA says it; a launch failure with what was seen at last.
const char* words(Error error);

/// The order of threads and blocks from here on.
void seed(std::uint64_t seed);

// For the host.
Error allow_shared(const void* kernel, int bytes);
Error run(const void* kernel, Size3 grid, Size3 block, std::size_t shared_bytes, const std::function<void()>& thread);

// For a running thread.
const Size3& thread_index();
const Size3& block_index();
const Size3& block_size();
void* shared_memory();
int lane();  // in its warp

/// Returns when all threads of the block wait here.
void wait_for_block(std::source_location place);

/// Returns the bits of lane `from` when all lanes of `mask` wait here.
std::uint64_t exchange(const Exchange& wish);

}  // namespace madsearch::emulation
