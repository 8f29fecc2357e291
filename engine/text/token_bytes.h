#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

namespace madsearch {

/// The file beside token shards that says how many bytes of text each token stands for.
inline constexpr const char* kTokenBytes = "token-bytes";

/// Reads it: a whole number a line, of token 0, 1, ... Empty if `folder` has no such file. Throws ConfigError in one
/// sentence unless it has a line for each of `vocabulary` tokens, with numbers from 0 to 1000.
std::vector<std::int32_t> read_token_bytes(const std::filesystem::path& folder, std::int64_t vocabulary);

}  // namespace madsearch
