#include "engine/worker/recording.h"

#ifdef MADSEARCH_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace madsearch {

#ifdef MADSEARCH_CUDA
namespace {

class CudaGraph : public Recording {
 public:
  explicit CudaGraph(const std::function<void()>& work) {
    c10::cuda::CUDACachingAllocator::emptyCache();  // what warming up left free cannot serve the graph's own pool
    const auto pool = at::cuda::graph_pool_handle();
    graph_.capture_begin(pool);
    try {
      work();
      graph_.capture_end();
    } catch (...) {
      give_up(pool);
      throw;
    }
  }
  void replay() override { graph_.replay(); }

 private:
  /// Ends a capture that broke, as no later work could be launched otherwise. Frees its pool, which LibTorch 2.13 keeps
  /// after a failure (pytorch issue 190348).
  void give_up(at::cuda::MempoolId_t pool) {
    namespace allocator = c10::cuda::CUDACachingAllocator;
    const auto quietly = [](auto&& step) {
      try {
        step();
      } catch (const std::exception&) {  // the first failure is the one to tell
      }
    };
    quietly([&] { graph_.capture_end(); });
    quietly([&] { graph_.reset(); });
    (void)cudaGetLastError();  // the next launch would be blamed for it
    const auto device = c10::cuda::current_device();
    quietly([&] {
      if (allocator::get()->getPoolUseCount(device, pool) > 0) allocator::releasePool(device, pool);
    });
  }

  at::cuda::CUDAGraph graph_;
};

}  // namespace

Recorder cuda_graphs(const at::Device& device) {
  if (!device.is_cuda()) return {};
  return
      [](const std::function<void()>& work) -> std::unique_ptr<Recording> { return std::make_unique<CudaGraph>(work); };
}

void leave_default_stream(const at::Device& device) {
  if (!device.is_cuda()) return;
  c10::cuda::set_device(device.index());
  c10::cuda::setCurrentCUDAStream(c10::cuda::getStreamFromPool(false, device.index()));
}
#else
Recorder cuda_graphs(const at::Device&) { return {}; }
void leave_default_stream(const at::Device&) {}
#endif

}  // namespace madsearch
