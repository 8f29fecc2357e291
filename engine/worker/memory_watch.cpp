#include "engine/worker/memory_watch.h"

#include <c10/core/CachingDeviceAllocator.h>

#include <algorithm>

namespace madsearch {
namespace {

c10::CachingDeviceAllocator::Stat allocated(const at::Device& device) {
  return c10::getDeviceAllocator(device.type())->getDeviceStats(device.index()).allocated_bytes[0];
}

}  // namespace

/// LibTorch's allocator tells it of each allocation, as it tells its profiler.
class MemoryWatch::Counter : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void* at, std::int64_t bytes, std::size_t all, std::size_t reserved,
                         c10::Device device) override {
    if (around_) around_->reportMemoryUsage(at, bytes, all, reserved, device);
    if (!device.is_cpu()) return;
    held_ += bytes;  // negative where they are let go
    peak_ = std::max(peak_, held_);
  }
  bool memoryProfilingEnabled() const override { return true; }
  std::int64_t held() const { return held_; }
  std::int64_t peak() const { return peak_; }

 private:
  c10::MemoryReportingInfoBase* around_ = static_cast<c10::MemoryReportingInfoBase*>(
      c10::ThreadLocalDebugInfo::get(c10::DebugInfoKind::PROFILER_STATE));  // what was told until now
  std::int64_t held_ = 0;
  std::int64_t peak_ = 0;
};

MemoryWatch::MemoryWatch(const at::Device& device) : device_(device) {
  if (device.is_cpu()) {
    counter_ = std::make_shared<Counter>();
    counting_ = std::make_unique<c10::DebugInfoGuard>(c10::DebugInfoKind::PROFILER_STATE, counter_);
    return;
  }
  c10::getDeviceAllocator(device.type())->resetPeakStats(device.index());
  before_ = allocated(device).current;
}

std::int64_t MemoryWatch::held() const { return counter_ ? counter_->held() : allocated(device_).current - before_; }

std::int64_t MemoryWatch::peak() const { return counter_ ? counter_->peak() : allocated(device_).peak - before_; }

}  // namespace madsearch
