#include "tests/cuda/emulation/block.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "tests/cuda/emulation/sanitizers.h"

namespace madsearch::emulation {
namespace {

/// "launch_cells.cu:23"
std::string words(std::source_location place) {
  const std::string path = place.file_name();
  return path.substr(path.rfind('/') + 1) + ":" + std::to_string(place.line());
}

bool same(std::source_location a, std::source_location b) {
  return a.line() == b.line() && a.file_name() == b.file_name();  // one compiler's, of one kernel
}

std::vector<std::size_t> shuffled(std::size_t first, std::size_t end, std::mt19937_64& rng) {
  std::vector<std::size_t> out(end - first);
  std::iota(out.begin(), out.end(), first);
  std::shuffle(out.begin(), out.end(), rng);
  return out;
}

}  // namespace

std::string Block::run(Size3 block, const std::function<void()>& work, std::mt19937_64& rng) {
  start(block, work);
  std::string fault;
  do {
    fault = advance(rng);
  } while (fault.empty() && std::any_of(threads_.begin(), threads_.begin() + static_cast<std::ptrdiff_t>(count_),
                                        [](const Thread& one) { return !one.fiber.idle(); }));
  if (!fault.empty()) abandon();
  return fault;
}

void Block::start(Size3 block, const std::function<void()>& work) {
  count_ = block.count();
  while (threads_.size() < count_) threads_.emplace_back();
  for (std::size_t i = 0; i < count_; ++i) {
    auto& thread = threads_[i];
    thread.number = i;
    thread.index = {static_cast<unsigned>(i % block.x), static_cast<unsigned>(i / block.x % block.y),
                    static_cast<unsigned>(i / block.x / block.y)};
    thread.at = At::kWork;
    thread.fiber.start(work);
  }
}

/// Every warp to the next barrier of the block, one warp after another: a later one may be behind by any number of
/// exchanges.
std::string Block::advance(std::mt19937_64& rng) {
  for (const auto warp : shuffled(0, (count_ + kLanes - 1) / kLanes, rng))
    if (auto fault = run_warp(warp, rng); !fault.empty()) return fault;
  return release_block();
}

std::string Block::run_warp(std::size_t warp, std::mt19937_64& rng) {
  const auto first = warp * kLanes;
  const auto end = std::min(count_, first + kLanes);
  for (bool any = true; any;) {
    for (const auto i : shuffled(first, end, rng)) {
      if (threads_[i].fiber.idle() || threads_[i].at != At::kWork) continue;
      current_ = &threads_[i];
      current_->fiber.resume();
    }
    any = false;
    for (auto i = first; i < end; ++i) {
      if (!waits_in_warp(i)) continue;
      const auto mask = threads_[i].wish.mask;
      if (!(mask >> (i - first) & 1))
        return "lane " + std::to_string(i - first) + " is not in its own mask at " + words(threads_[i].place);
      if (!met(first, mask)) continue;
      if (auto fault = answer(first, mask); !fault.empty()) return fault;
      any = true;
    }
  }
  return "";
}

bool Block::waits_in_warp(std::size_t number) const {
  return number < count_ && !threads_[number].fiber.idle() && threads_[number].at == At::kWarp;
}

/// Whether all lanes of the mask wait for each other.
bool Block::met(std::size_t first, unsigned mask) const {
  for (std::size_t lane = 0; lane < kLanes; ++lane)
    if (mask >> lane & 1 && !(waits_in_warp(first + lane) && threads_[first + lane].wish.mask == mask)) return false;
  return true;
}

/// Gives them their bits and lets them go on.
std::string Block::answer(std::size_t first, unsigned mask) {
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    if (!(mask >> lane & 1)) continue;
    auto& thread = threads_[first + lane];
    thread.at = At::kWork;
    const auto from = thread.wish.from;
    if (from < 0) continue;
    if (!(mask >> from & 1))
      return "lane " + std::to_string(lane) + " reads lane " + std::to_string(from) +
             ", which is not in the mask, at " + words(thread.place);
    thread.answer = threads_[first + static_cast<std::size_t>(from)].wish.bits;
  }
  return "";
}

/// Lets all go on who wait at one barrier of the block.
std::string Block::release_block() {
  const Thread* waiting = nullptr;
  std::size_t left = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    const auto& thread = threads_[i];
    if (thread.fiber.idle()) {
      ++left;
      continue;
    }
    if (thread.at == At::kWarp)
      return "lane " + std::to_string(i % kLanes) + " waits in vain for lanes of its mask at " + words(thread.place);
    if (waiting && !same(waiting->place, thread.place))
      return "threads of a block wait at " + words(waiting->place) + " and at " + words(thread.place);
    waiting = &thread;
  }
  if (waiting && left > 0)
    return std::to_string(left) + " of " + std::to_string(count_) + " threads left a block while others wait at " +
           words(waiting->place);
  for (std::size_t i = 0; i < count_; ++i) threads_[i].at = At::kWork;
  return "";
}

void Block::wait(std::source_location place) { pause(At::kBlock, place, &meeting_); }

std::uint64_t Block::exchange(const Exchange& wish) {
  auto& self = *current_;
  self.wish = wish;
  pause(At::kWarp, wish.place, &threads_[self.number / kLanes * kLanes].meeting);
  return self.answer;
}

void Block::pause(At at, std::source_location place, void* meeting) {
  auto& self = *current_;
  self.at = at;
  self.place = place;
  release(meeting);
  self.fiber.pause();
  acquire(meeting);
}

void Block::abandon() {
  for (std::size_t i = 0; i < count_; ++i)
    if (auto& fiber = threads_[i].fiber; !fiber.idle()) fiber.abandon();
}

}  // namespace madsearch::emulation
