#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "configs/seed.h"

namespace madsearch {

struct Document {
  std::string name;
  std::vector<std::int32_t> tokens;
};

/// What is pretrained on. Documents are split by the hash of their names: in its order the first tenth (two at least)
/// is held out, in turn for half 0 (chooses the learning rate) and half 1 (reported).
struct Corpus {
  std::int64_t vocabulary = 0;
  std::int32_t separator = 0;  // stands before every document
  double bytes_per_token = 1;
  bool bytes = true;                              // tokens are bytes
  std::vector<std::int32_t> train;                // documents in order of their hash, a separator before each
  std::array<std::vector<Document>, 2> held_out;  // each half cut to 262,144 tokens, every document by the same share
  std::uint64_t fingerprint = 0;                  // of all that is above
};

/// Reads a folder: either texts (every regular, not hidden file without NUL bytes, also in subfolders; tokens are
/// bytes, the separator 256) or token shards (`*.bin`, shards.h; documents are what stands between separators).
/// `vocabulary`, `separator` and `bytes_per_token` are for shards, 0 otherwise. ConfigError in one sentence if the
/// folder is missing, unreadable or empty, holds both kinds or fewer than four documents.
Corpus read_corpus(const std::filesystem::path& folder, std::int64_t vocabulary = 0, std::int64_t separator = 0,
                   double bytes_per_token = 0);

/// How many windows of `length` + 1 tokens (inputs and the next ones), sharing their ends, the training stream has.
std::int64_t windows(const Corpus& corpus, std::int64_t length);

/// For each target of a window x_0 .. x_T (target j is x_j, j = 1 .. T): true if the n tokens that end with it occurred
/// before in the window.
std::vector<bool> repeats(const std::int32_t* x, std::int64_t length, int n);

}  // namespace madsearch
