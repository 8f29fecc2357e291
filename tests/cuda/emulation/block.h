#pragma once
#include <deque>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/cuda/emulation/fiber.h"
#include "tests/cuda/emulation/thread.h"

namespace madsearch::emulation {

/// The threads of the block that runs, and where they wait for each other.
class Block {
 public:
  /// Runs `work` on every thread of a block. Returns what was wrong with its barriers, or nothing.
  std::string run(Size3 block, const std::function<void()>& work, std::mt19937_64& rng);

  // For the thread that runs.
  const Size3& index() const { return current_->index; }
  int lane() const { return static_cast<int>(current_->number % kLanes); }
  void wait(std::source_location place);
  std::uint64_t exchange(const Exchange& wish);

 private:
  static constexpr std::size_t kLanes = 32;
  enum class At { kWork, kBlock, kWarp };
  struct Thread {
    Fiber fiber;
    std::size_t number = 0;
    Size3 index;
    At at = At::kWork;
    std::source_location place;
    Exchange wish{};
    std::uint64_t answer = 0;
    char meeting = 0;  // of the warp whose first thread it is: what sanitizers know it by
  };

  void start(Size3 block, const std::function<void()>& work);
  std::string advance(std::mt19937_64& rng);
  std::string run_warp(std::size_t warp, std::mt19937_64& rng);
  bool waits_in_warp(std::size_t number) const;
  bool met(std::size_t first, unsigned mask) const;
  std::string answer(std::size_t first, unsigned mask);
  std::string release_block();
  void pause(At at, std::source_location place, void* meeting);
  void abandon();

  std::deque<Thread> threads_;  // as many as the largest block had
  std::size_t count_ = 0;       // of this block
  Thread* current_ = nullptr;
  char meeting_ = 0;
};

}  // namespace madsearch::emulation
