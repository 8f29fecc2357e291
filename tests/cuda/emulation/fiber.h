#pragma once
#include <boost/context/fiber.hpp>
#include <boost/context/stack_context.hpp>
#include <functional>

namespace madsearch::emulation {

/// A stack of its own on which one piece of work after another runs, each until it pauses or ends. Sanitizers are told
/// of every change of stacks. May be resumed from any thread.
class Fiber {
 public:
  Fiber();
  ~Fiber();  // precondition: idle
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  void start(const std::function<void()>& work);  // on the next resume; `work` must live on; precondition: idle
  bool idle() const { return work_ == nullptr; }  // nothing was started, or it has ended
  void resume();                                  // until the work pauses or ends
  void pause();                                   // called by the work: back to who resumed
  void abandon();                                 // the work unwinds from where it paused

 private:
  struct Abandoned {};

  boost::context::fiber live(boost::context::fiber&& caller);

  boost::context::stack_context stack_;
  boost::context::fiber inside_;   // while it is paused
  boost::context::fiber outside_;  // who resumed it, while it runs
  const std::function<void()>* work_ = nullptr;
  bool abandoned_ = false;
  bool ending_ = false;
  // What sanitizers know stacks and threads by.
  void* own_record_ = nullptr;
  const void* callers_stack_ = nullptr;
  std::size_t callers_size_ = 0;
  void* thread_ = nullptr;
  void* callers_thread_ = nullptr;
};

}  // namespace madsearch::emulation
