#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

namespace madsearch {

/// Device work that can be done again on the same memory, without the host's part: its tensors keep their places, and
/// values that the host computed are those of the time of recording.
class Recording {
 public:
  virtual ~Recording() = default;
  virtual void replay() = 0;
};

/// Records what `work` launches, which is not done by it. Throws what `work` throws, and if it does what cannot be
/// recorded, as waiting for the device.
using Recorder = std::function<std::unique_ptr<Recording>(const std::function<void()>& work)>;

/// CUDA graphs, with a memory pool each; empty for a device that is no GPU. The calling thread's stream must not be the
/// default one.
Recorder cuda_graphs(const at::Device& device);

/// Makes the device, and a stream of its own there, the calling thread's, so that its work can be recorded. Nothing to
/// do for a device that is no GPU.
void leave_default_stream(const at::Device& device);

}  // namespace madsearch
