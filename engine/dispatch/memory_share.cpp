#include "engine/dispatch/memory_share.h"

#include <algorithm>

#include "configs/text.h"

namespace madsearch {

std::int64_t memory_share(std::int64_t bytes, std::int64_t sharers) {
  constexpr std::int64_t kContext = std::int64_t{512} << 20;
  const auto part = bytes / sharers;
  return sharers == 1 ? bytes : std::max(part - kContext, part / 2);
}

std::string shown_bytes(std::int64_t bytes) {
  const auto mib = static_cast<double>(bytes) / (1 << 20);
  return mib < 1024 ? shown("%.0f MiB", mib) : shown("%.1f GiB", mib / 1024);
}

}  // namespace madsearch
