#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace madsearch {

/// A file of token ids.
struct Shard {
  std::vector<std::int32_t> tokens;
  std::int64_t vocabulary = 0;            // ids are below it
  std::optional<std::int32_t> separator;  // the format's own, where it has one at this vocabulary
};

/// Reads one file of the formats people have:
///   llm.c, modded-nanogpt   256 little-endian int32 (magic 20240520, version 1, count), then ids of 1, 2 or 4 bytes,
///                           as the file's size tells. Vocabulary 50257 (256 for ids of a byte), separator 50256 (255)
///   llm.c for llama-3       magic 20240801, version 7, then ids of 4 bytes. Vocabulary 128256, separator 128000, the
///                           token that documents begin with
///   nanoGPT                 no header; `vocabulary` must be given, ids have 2 bytes, beyond a vocabulary of 65,536
///                           four. Separator 50256 where the vocabulary is GPT-2's
/// `vocabulary` 0 means the format's own. A padded vocabulary (50304, 128512) has the separator of the one it pads.
/// Throws ConfigError in one sentence for anything else: llm.c's evaluation files (magic 20240522), another version, a
/// size that does not fit the count, ids of a width that does not fit the vocabulary, an id beyond it, no tokens.
Shard read_shard(const std::filesystem::path& file, std::int64_t vocabulary);

}  // namespace madsearch
