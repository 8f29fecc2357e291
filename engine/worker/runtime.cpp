#include "engine/worker/runtime.h"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/util/Exception.h>
#ifdef MADSEARCH_CUDA
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#endif

#include <algorithm>
#include <ctime>
#include <fstream>
#include <limits>
#include <new>

#include "engine/dispatch/machine_limits.h"
#include "engine/dispatch/memory_share.h"

namespace madsearch {
namespace {

constexpr auto kUnlimited = std::numeric_limits<std::int64_t>::max();

std::int64_t meminfo(const std::string& wanted) {  // "MemTotal:" -> bytes
  std::ifstream in("/proc/meminfo");
  for (std::string key, unit, rest; in >> key; std::getline(in, rest)) {
    std::int64_t kib = 0;
    in >> kib;
    if (key == wanted) return kib * 1024;
  }
  return 0;
}

struct DeviceMemory {
  std::int64_t free = 0;
  std::int64_t total = 0;
};

DeviceMemory device_memory(const at::Device& device) {
  const auto [free, total] = c10::getDeviceAllocator(device.type())->getMemoryInfo(device.index());
  return {static_cast<std::int64_t>(free), static_cast<std::int64_t>(total)};
}

double cpu_time() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string Runtime::name() const {
  auto out = device.str();
#ifdef MADSEARCH_CUDA
  if (device.is_cuda()) out += std::string(" ") + at::cuda::getDeviceProperties(device.index())->name;
#endif
  return out;
}

std::int64_t Runtime::memory_bytes() const {
  if (device.is_cpu()) return std::min(meminfo("MemTotal:"), machine_limits().memory_bytes.value_or(kUnlimited));
  return memory_share(device_memory(device).total, sharers);
}

std::int64_t Runtime::free_bytes() const {
  return std::min(memory_bytes(), device.is_cpu() ? meminfo("MemAvailable:") : device_memory(device).free);
}

void Runtime::hold_to_share() const {
#ifdef MADSEARCH_CUDA
  if (!device.is_cuda() || sharers == 1) return;
  const auto whole = static_cast<double>(device_memory(device).total);
  c10::cuda::CUDACachingAllocator::setMemoryFraction(static_cast<double>(memory_bytes()) / whole, device.index());
#endif
}

void Runtime::synchronize() const {
#ifdef MADSEARCH_CUDA
  if (device.is_cuda()) c10::cuda::device_synchronize();
#endif
}

Autocast::Autocast(const at::Device& device) : device_(device.type()) {
  if (device_ == at::kCPU) return;
  at::autocast::set_autocast_dtype(device_, at::kBFloat16);
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::increment_nesting();
}

Autocast::~Autocast() {
  if (device_ == at::kCPU) return;
  if (at::autocast::decrement_nesting() == 0)
    at::autocast::clear_cache();  // casts of weights that the optimizer is about to change
  at::autocast::set_autocast_enabled(device_, false);
}

Stopwatch::Stopwatch(const Runtime& runtime)
    : cpu_(runtime.device.is_cpu()), start_(std::chrono::steady_clock::now()), cpu_start_(cpu_time()) {}

double Stopwatch::wall_seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

double Stopwatch::core_seconds() const { return cpu_ ? cpu_time() - cpu_start_ : wall_seconds(); }

void catch_outcome(Outcome& outcome, std::string& message, const std::function<void()>& body) {
  try {
    body();
  } catch (const c10::OutOfMemoryError& error) {
    outcome = Outcome::kOutOfMemory;
    message = first_line(error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    outcome = Outcome::kOutOfMemory;
    message = "no memory left on the machine";
  } catch (const c10::Error& error) {  // the CPU allocator has no exception of its own
    message = first_line(error.what_without_backtrace());
    outcome =
        message.find("not enough memory") != std::string::npos || message.find("allocate memory") != std::string::npos
            ? Outcome::kOutOfMemory
            : Outcome::kFailed;
  } catch (const std::exception& error) {
    outcome = Outcome::kFailed;
    message = first_line(error.what());
  }
}

}  // namespace madsearch
