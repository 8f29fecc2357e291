#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

namespace madsearch {

/// A file of token ids.
struct Shard {
  std::vector<std::int32_t> tokens;
  std::int64_t vocabulary = 0;  // ids are below it
};

/// Reads one file of the formats people have:
///   llm.c, modded-nanogpt   256 little-endian int32 (magic 20240520, version 1, count), then ids of 1, 2 or 4 bytes,
///                           as the file's size tells
///   llm.c for llama-3       magic 20240801, version 7, then ids of 4 bytes
///   nanoGPT                 no header, ids of 2 bytes; `vocabulary` must be given
/// `vocabulary` 0 means the format's own: 50257, 256 for ids of one byte, 128256 for llama-3. Throws ConfigError in one
/// sentence for anything else: llm.c's evaluation files (magic 20240522), another version, a size that does not fit the
/// count, an id beyond the vocabulary, no tokens.
Shard read_shard(const std::filesystem::path& file, std::int64_t vocabulary);

}  // namespace madsearch
