#pragma once
#include <string_view>

#include "mad_tasks/task.h"

namespace madsearch {

constexpr std::string_view name(Split split) {
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

/// The numbers one example is made of; no other example's.
inline Rng stream(Seed seed, Split split, std::uint64_t index) { return Rng(seed.derive(name(split)).derive(index)); }

/// A token uniform on first .. first + n - 1.
inline std::int32_t token(Rng& rng, std::int64_t first, std::int64_t n) {
  return static_cast<std::int32_t>(first + static_cast<std::int64_t>(below(rng, static_cast<std::uint64_t>(n))));
}

}  // namespace madsearch
