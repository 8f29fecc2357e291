#pragma once
#include <c10/core/Allocator.h>
#include <c10/core/Device.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <cstdint>
#include <memory>

namespace madsearch {

/// What tensors hold of a device's memory above what they held when it was made, in bytes. On a CPU those that this
/// thread makes and lets go, on a GPU all of this process.
class MemoryWatch {
 public:
  explicit MemoryWatch(const at::Device& device);
  std::int64_t held() const;
  std::int64_t peak() const;  // the most that they held

 private:
  class Counter;
  at::Device device_;
  std::int64_t before_ = 0;           // of a GPU
  std::shared_ptr<Counter> counter_;  // of a CPU
  std::unique_ptr<c10::DebugInfoGuard> counting_;
};

}  // namespace madsearch
