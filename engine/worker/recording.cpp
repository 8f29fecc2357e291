#include "engine/worker/recording.h"

#ifdef MADSEARCH_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace madsearch {

#ifdef MADSEARCH_CUDA
namespace {

class CudaGraph : public Recording {
 public:
  explicit CudaGraph(const std::function<void()>& work) {
    c10::cuda::CUDACachingAllocator::emptyCache();            // what warming up left free cannot serve the graph's own pool
    graph_.capture_begin();
    try {
      work();
    } catch (...) {
      try {
        graph_.capture_end();                                 // or no later work could be launched; it complains of a capture that broke
      } catch (const std::exception&) {
      }
      throw;
    }
    graph_.capture_end();
  }
  void replay() override { graph_.replay(); }

 private:
  at::cuda::CUDAGraph graph_;
};

}  // namespace

Recorder cuda_graphs(const at::Device& device) {
  if (!device.is_cuda()) return {};
  return [](const std::function<void()>& work) -> std::unique_ptr<Recording> { return std::make_unique<CudaGraph>(work); };
}

void leave_default_stream(const at::Device& device) {
  if (device.is_cuda()) c10::cuda::setCurrentCUDAStream(c10::cuda::getStreamFromPool(false, device.index()));
}
#else
Recorder cuda_graphs(const at::Device&) { return {}; }
void leave_default_stream(const at::Device&) {}
#endif

}  // namespace madsearch
