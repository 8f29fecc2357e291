#pragma once
#include <cstddef>
#include <cstdint>
#include <source_location>

namespace madsearch::emulation {

struct Size3 {
  unsigned x = 1;
  unsigned y = 1;
  unsigned z = 1;
  constexpr Size3(unsigned width = 1, unsigned height = 1, unsigned depth = 1) : x(width), y(height), z(depth) {}
  constexpr std::size_t count() const { return std::size_t(x) * y * z; }
};

/// What a lane hands in and asks for where those of `mask` meet.
struct Exchange {
  unsigned mask;
  int from = -1;  // the lane whose bits are wanted; -1: none's
  std::uint64_t bits = 0;
  std::source_location place;
};

}  // namespace madsearch::emulation
