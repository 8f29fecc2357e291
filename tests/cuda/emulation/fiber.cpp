#include "tests/cuda/emulation/fiber.h"

#include <boost/context/preallocated.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <utility>

#include "tests/cuda/emulation/sanitizers.h"

namespace madsearch::emulation {
namespace {

constexpr std::size_t kStackBytes = 256 * 1024;  // reserved, not used

}  // namespace

Fiber::Fiber() : thread_(new_thread()) {
  boost::context::protected_fixedsize_stack stacks(kStackBytes);
  stack_ = stacks.allocate();
  inside_ = boost::context::fiber(std::allocator_arg, boost::context::preallocated(stack_.sp, stack_.size, stack_),
                                  stacks, [this](boost::context::fiber&& caller) { return live(std::move(caller)); });
}

Fiber::~Fiber() {
  ending_ = true;
  resume();
  end_thread(thread_);
}

void Fiber::start(const std::function<void()>& work) { work_ = &work; }

void Fiber::resume() {
  void* kept = nullptr;
  callers_thread_ = this_thread();
  stack_left(&kept, static_cast<const char*>(stack_.sp) - stack_.size, stack_.size);
  switch_to_thread(thread_);
  inside_ = std::move(inside_).resume();
  stack_entered(kept, nullptr, nullptr);
}

void Fiber::pause() {
  stack_left(&own_record_, callers_stack_, callers_size_);
  switch_to_thread(callers_thread_);
  outside_ = std::move(outside_).resume();
  stack_entered(own_record_, &callers_stack_, &callers_size_);
  if (std::exchange(abandoned_, false)) throw Abandoned();
}

void Fiber::abandon() {
  abandoned_ = true;
  resume();
}

boost::context::fiber Fiber::live(boost::context::fiber&& caller) {
  stack_entered(nullptr, &callers_stack_, &callers_size_);
  outside_ = std::move(caller);
  while (!ending_) {
    try {
      (*work_)();
    } catch (const Abandoned&) {
    }
    work_ = nullptr;
    pause();
  }
  stack_left(nullptr, callers_stack_, callers_size_);
  switch_to_thread(callers_thread_);
  return std::move(outside_);
}

}  // namespace madsearch::emulation
