#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "configs/seed.h"
#include "engine/text/document.h"
#include "engine/text/separator.h"

namespace madsearch {

/// The text that designs are pretrained on. Documents are put in the order of the hashes of their names. The first
/// tenth of them (two at least) is held out, in turn for half 0, which chooses the learning rate, and half 1, which is
/// reported. Held-out documents that stand in the training text too, or nearly (duplicates.h), are left out, unless no
/// other were left.
struct Corpus {
  std::int64_t vocabulary = 0;
  std::optional<std::int32_t> separator;          // stands before every document; nothing where there is no such token
  double bytes_per_token = 1;                     // of the training text
  bool bytes = true;                              // tokens are bytes
  std::vector<std::int32_t> train;                // documents in order of their hash, a separator before each
  std::array<std::vector<Document>, 2> held_out;  // each half cut to 262,144 tokens, every document by the same share
  std::array<double, 2> held_out_bytes_per_token = {1, 1};  // exact where `token-bytes` is there (token_bytes.h)
  std::size_t duplicates = 0;     // held-out documents that were left out, as they stand in the training text
  bool repeats_itself = false;    // all of a half do, and were kept
  std::uint64_t fingerprint = 0;  // of all documents, before anything is cut, and of what was left out
};

/// What a folder of token shards does not say.
struct TokenFacts {
  std::int64_t vocabulary = 0;  // 0: the format's own
  Separator separator;
  double bytes_per_token = 0;  // 0: not known
};

/// Tokens of a block, which is a document where no token separates documents.
inline constexpr std::int64_t kBlockTokens = 4096;

/// Reads a folder of texts or of token shards, also in subfolders. Hidden files and folders, and all files of other
/// names (README.md, meta.pkl), are left alone.
///   texts    *.txt; tokens are bytes, the separator is 256
///   shards   *.bin (shards.h), also those called val: documents are held out here. A document is what stands between
///            separators; where there are none (`none`), each file is cut into blocks of kBlockTokens.
///            `bytes_per_token` must be given, unless a file `token-bytes` stands beside them (token_bytes.h)
/// Throws ConfigError in one sentence if the folder is missing, unreadable (data_files.h) or empty, if it holds both
/// kinds or fewer than four documents, and where `facts` contradict the files: a separator that never occurs, a
/// vocabulary that is exceeded.
Corpus read_corpus(const std::filesystem::path& folder, const TokenFacts& facts = {});

/// How many windows of `length` + 1 tokens the training stream has. The last token of one, which is only predicted, is
/// the first of the next.
std::int64_t windows(const Corpus& corpus, std::int64_t length);

/// What is to be known of the held-out half that is reported, in one sentence; "" if nothing is.
std::string note_on(const Corpus& corpus);

}  // namespace madsearch
