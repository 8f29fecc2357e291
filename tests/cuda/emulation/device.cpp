#include "tests/cuda/emulation/device.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>
#include <random>
#include <vector>

#include "tests/cuda/emulation/block.h"
#include "tests/cuda/emulation/sanitizers.h"

namespace madsearch::emulation {
namespace {

constexpr std::size_t kShared = 48 * 1024;
constexpr int kMostShared = 227 * 1024;

struct Device {
  std::mutex one_at_a_time;  // LibTorch's backward passes run in a thread of their own
  std::mt19937_64 rng{1};
  std::map<const void*, std::size_t> allowed;  // of shared memory, by kernel
  std::string fault;
  Block block;
  Size3 block_index;
  Size3 block_size;
  unsigned char* shared = nullptr;
  char beginning = 0;  // of a launch and its end: what sanitizers know them by
  char end = 0;
};

/// A thread's work comes after the launch's beginning and before its end, also where it is abandoned.
class Ordered {
 public:
  explicit Ordered(Device& device) : device_(device) { acquire(&device_.beginning); }
  ~Ordered() { release(&device_.end); }

 private:
  Device& device_;
};

Device& device() {
  static Device only;
  return only;
}

bool fits(const void* kernel, Size3 grid, Size3 block, std::size_t shared_bytes) {
  const auto asked = device().allowed.find(kernel);
  const auto shared_limit = asked == device().allowed.end() ? kShared : asked->second;
  return grid.x >= 1 && grid.y >= 1 && grid.z >= 1 && grid.x <= 2147483647 && grid.y <= 65535 && grid.z <= 65535 &&
         block.count() >= 1 && block.count() <= 1024 && block.z <= 64 && shared_bytes <= shared_limit;
}

}  // namespace

const char* words(Error error) {
  switch (error) {
    case Error::kNone:
      return "no error";
    case Error::kInvalidValue:
      return "invalid argument";
    case Error::kInvalidConfiguration:
      return "invalid configuration argument";
    case Error::kLaunchFailure:
      return device().fault.c_str();
  }
  return "";
}

void seed(std::uint64_t seed) { device().rng.seed(seed); }

Error allow_shared(const void* kernel, int bytes) {
  if (bytes < 0 || bytes > kMostShared) return Error::kInvalidValue;
  device().allowed[kernel] = static_cast<std::size_t>(bytes);
  return Error::kNone;
}

Error run(const void* kernel, Size3 grid, Size3 block, std::size_t shared_bytes, const std::function<void()>& thread) {
  auto& all = device();
  const std::lock_guard lock(all.one_at_a_time);
  if (!fits(kernel, grid, block, shared_bytes)) return Error::kInvalidConfiguration;
  all.block_size = block;
  // All NaN; each block's is another piece of memory, so that the thread sanitizer doesn't take two blocks' for one.
  std::vector<std::vector<unsigned char>> shared(grid.count(), std::vector<unsigned char>(shared_bytes, 0xff));
  release(&all.beginning);
  const std::function<void()> ordered = [&] {
    const Ordered within(all);
    thread();
  };
  std::vector<std::size_t> order(grid.count());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), all.rng);
  for (const auto i : order) {
    all.block_index = {static_cast<unsigned>(i % grid.x), static_cast<unsigned>(i / grid.x % grid.y),
                       static_cast<unsigned>(i / grid.x / grid.y)};
    all.shared = shared[i].data();
    all.fault = all.block.run(block, ordered, all.rng);
    if (!all.fault.empty()) break;
  }
  acquire(&all.end);
  return all.fault.empty() ? Error::kNone : Error::kLaunchFailure;
}

const Size3& thread_index() { return device().block.index(); }
const Size3& block_index() { return device().block_index; }
const Size3& block_size() { return device().block_size; }
void* shared_memory() { return device().shared; }
int lane() { return device().block.lane(); }
void wait_for_block(std::source_location place) { device().block.wait(place); }
std::uint64_t exchange(const Exchange& wish) { return device().block.exchange(wish); }

}  // namespace madsearch::emulation
