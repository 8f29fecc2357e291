#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

namespace madsearch {

/// Device work that can be done again on the same memory without the host. Its tensors keep their places. What the host
/// computed while it was recorded stays as it was.
class Recording {
 public:
  virtual ~Recording() = default;
  virtual void replay() = 0;
};

/// Records what `work` launches; recording does not do the work. Throws what `work` throws, and an exception if it does
/// something that cannot be recorded, like waiting for the device.
using Recorder = std::function<std::unique_ptr<Recording>(const std::function<void()>& work)>;

/// Records CUDA graphs, each with a memory pool of its own; empty for a device that is no GPU. The calling thread's
/// stream must not be the default one.
Recorder cuda_graphs(const at::Device& device);

/// Gives the calling thread the device and a stream of its own there, so that its work can be recorded. Does nothing
/// for a device that is no GPU.
void leave_default_stream(const at::Device& device);

}  // namespace madsearch
