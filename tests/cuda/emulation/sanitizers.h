#pragma once
#include <cstddef>

// What the address and the thread sanitizer want to know of fibers; nothing in a build without them. The emulation
// itself is compiled without the thread sanitizer, as its threads share its data; hence a macro of our own.
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(MADSEARCH_SEES_RACES)
#include <sanitizer/tsan_interface.h>
#endif

namespace madsearch::emulation {

/// Before a change of stacks: where to keep what belongs to this one (nullptr: it ends), and the other one.
inline void stack_left([[maybe_unused]] void** kept, [[maybe_unused]] const void* bottom,
                       [[maybe_unused]] std::size_t size) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(kept, bottom, size);
#endif
}

/// After it: what was kept of this one; says which stack was left.
inline void stack_entered([[maybe_unused]] void* kept, [[maybe_unused]] const void** bottom,
                          [[maybe_unused]] std::size_t* size) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(kept, bottom, size);
#endif
}

// Fibers as threads: what two of them do is in no order but by release and acquire.
inline void* this_thread() {
#if defined(MADSEARCH_SEES_RACES)
  return __tsan_get_current_fiber();
#else
  return nullptr;
#endif
}

inline void* new_thread() {
#if defined(MADSEARCH_SEES_RACES)
  return __tsan_create_fiber(0);
#else
  return nullptr;
#endif
}

inline void end_thread([[maybe_unused]] void* thread) {
#if defined(MADSEARCH_SEES_RACES)
  __tsan_destroy_fiber(thread);
#endif
}

inline void switch_to_thread([[maybe_unused]] void* thread) {
#if defined(MADSEARCH_SEES_RACES)
  __tsan_switch_to_fiber(thread, __tsan_switch_to_fiber_no_sync);
#endif
}

/// What was done before release(at) comes before what is done after acquire(at).
inline void release([[maybe_unused]] void* at) {
#if defined(MADSEARCH_SEES_RACES)
  __tsan_release(at);
#endif
}

inline void acquire([[maybe_unused]] void* at) {
#if defined(MADSEARCH_SEES_RACES)
  __tsan_acquire(at);
#endif
}

}  // namespace madsearch::emulation
