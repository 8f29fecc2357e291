#pragma once
#include <string_view>

#include "mad_tasks/task.h"

namespace madsearch {

/// Names the random stream of a split, so it must never change.
constexpr std::string_view stream_name(Split split) {
  switch (split) {
    case Split::kTrain:
      return "train";
    case Split::kValidationA:
      return "validation-A";
    case Split::kValidationB:
      return "validation-B";
    case Split::kTest:
      return "test";
  }
  return "";
}

/// The random numbers that one example is made of, independent of those of every other example.
inline Rng stream(Seed seed, Split split, std::uint64_t index) {
  return Rng(seed.derive(stream_name(split)).derive(index));
}

/// A token uniform on first .. first + n - 1.
inline std::int32_t token(Rng& rng, std::int64_t first, std::int64_t n) {
  return static_cast<std::int32_t>(first + static_cast<std::int64_t>(below(rng, static_cast<std::uint64_t>(n))));
}

}  // namespace madsearch
