#pragma once
#include <cstdint>
#include <string>

namespace madsearch {

/// Bytes that each of `sharers` workers may take of a GPU's memory: an equal part, less what a process takes there
/// before its first tensor (its context and loaded kernels, some 512 MiB), but half of the part at least. All of it for
/// one alone.
std::int64_t memory_share(std::int64_t bytes, std::int64_t sharers);

/// "79.6 GiB", or "512 MiB" of less than one.
std::string shown_bytes(std::int64_t bytes);

}  // namespace madsearch
