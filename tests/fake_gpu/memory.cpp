#include "memory.h"

#include <ATen/ATen.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>

#include "fake_gpu.h"

namespace madsearch {
namespace {

const at::Device kDevice(kFakeGpu, 0);

constexpr std::int64_t kBytes = std::int64_t{1} << 30;
std::atomic<std::int64_t> held = 0;
std::atomic<std::int64_t> peak = 0;
std::atomic<std::int64_t> most = kBytes;  // that may be held

void release(void* bytes) {
  held -= static_cast<std::int64_t>(malloc_usable_size(bytes));
  std::free(bytes);
}

class Memory : public c10::DeviceAllocator {
 public:
  at::DataPtr allocate(std::size_t bytes) override {
    constexpr std::size_t kLine = 64;
    const auto whole_lines = (bytes + kLine - 1) / kLine * kLine;
    if (held + static_cast<std::int64_t>(whole_lines) > most)
      throw c10::OutOfMemoryError({__func__, __FILE__, __LINE__}, "the fake GPU is out of memory");
    void* out = bytes == 0 ? nullptr : std::aligned_alloc(kLine, whole_lines);
    if (out != nullptr) std::memset(out, 0xff, whole_lines);  // NaN in every floating-point type
    held += static_cast<std::int64_t>(malloc_usable_size(out));
    peak = std::max(peak.load(), held.load());
    return {out, out, &release, kDevice};
  }
  at::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { std::memcpy(to, from, bytes); }
  bool initialized() override { return true; }
  void emptyCache(c10::MempoolId_t) override {}
  void recordStream(const at::DataPtr&, at::Stream) override {}
  c10::CachingDeviceAllocator::DeviceStats getDeviceStats(at::DeviceIndex) override {
    c10::CachingDeviceAllocator::DeviceStats out;
    out.allocated_bytes[0].current = held;
    out.allocated_bytes[0].peak = peak;
    return out;
  }
  void resetAccumulatedStats(at::DeviceIndex) override {}
  void resetPeakStats(at::DeviceIndex) override { peak = held.load(); }
  std::pair<std::size_t, std::size_t> getMemoryInfo(at::DeviceIndex) override { return {kBytes, kBytes}; }
};

/// One device with one stream, on which everything is done at once.
class Guard : public c10::impl::DeviceGuardImplInterface {
 public:
  at::DeviceType type() const override { return kFakeGpu; }
  at::Device exchangeDevice(at::Device) const override { return kDevice; }
  at::Device getDevice() const override { return kDevice; }
  void setDevice(at::Device) const override {}
  void uncheckedSetDevice(at::Device) const noexcept override {}
  at::Stream getStream(at::Device) const override { return at::Stream(at::Stream::DEFAULT, kDevice); }
  at::Stream exchangeStream(at::Stream) const override { return at::Stream(at::Stream::DEFAULT, kDevice); }
  at::DeviceIndex deviceCount() const noexcept override { return 1; }
  void record(void**, const at::Stream&, const at::DeviceIndex, const c10::EventFlag) const override {}
  void block(void*, const at::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void destroyEvent(void*, const at::DeviceIndex) const noexcept override {}
  bool queryStream(const at::Stream&) const override { return true; }
  void synchronizeStream(const at::Stream&) const override {}
};

class Hooks : public at::PrivateUse1HooksInterface {
 public:
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(at::DeviceIndex) const override { return true; }
  at::DeviceIndex deviceCount() const override { return 1; }
  at::DeviceIndex getCurrentDevice() const override { return 0; }
};

}  // namespace

std::int64_t peak_on_fake_gpu(const std::function<void()>& work) {
  const std::int64_t before = held;
  peak = before;
  work();
  return peak - before;
}

void register_memory() {
  static Memory memory;
  static Guard guard;
  static Hooks hooks;
  static const bool once = [] {
    c10::register_privateuse1_backend("fake_gpu");
    c10::SetAllocator(kFakeGpu, &memory);
    c10::impl::DeviceGuardImplRegistrar(kFakeGpu, &guard);
    at::RegisterPrivateUse1HooksInterface(&hooks);
    return true;
  }();
  (void)once;
}

void others_leave(std::int64_t bytes) { most = std::min(bytes, kBytes); }

at::Tensor on_host(const at::Tensor& x) {
  if (!x.defined() || !x.is_privateuseone()) return x;
  void* numbers = x.numel() == 0 ? nullptr : const_cast<void*>(x.const_data_ptr());
  auto out = at::from_blob(numbers, x.sizes(), x.strides(), x.options().device(at::kCPU));
  out._set_conj(x.is_conj());
  out._set_neg(x.is_neg());
  return out;
}

}  // namespace madsearch
