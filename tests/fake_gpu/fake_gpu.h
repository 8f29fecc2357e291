#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace madsearch {

/// A device of LibTorch that takes the paths of a GPU where there is none. Its memory is the host's, all NaN when it is
/// handed out; the operations are those of the CPU, but refuse tensors of two devices as CUDA does; autocast casts what
/// it casts on CUDA; kernels of madsearch are the CUDA ones on the emulated device (tests/cuda/emulation).
at::Device fake_gpu();

/// How often the host waited for it since the start: each number read, each copy to the host.
std::int64_t waits_for_fake_gpu();

/// The most bytes that tensors held on it during `work`, above those before. Of an operation only what it returns
/// counts.
std::int64_t peak_on_fake_gpu(const std::function<void()>& work);

/// From now on there is no more of its 1 GiB of memory than this, as if others held the rest.
void others_leave(std::int64_t bytes);

}  // namespace madsearch
