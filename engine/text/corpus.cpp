#include "engine/text/corpus.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/text/data_files.h"
#include "engine/text/duplicates.h"
#include "engine/text/shards.h"
#include "engine/text/token_bytes.h"

namespace madsearch {
namespace {

constexpr std::int64_t kHalfTokens = 1 << 18;
constexpr std::size_t kLookForNul = 4096;
namespace fs = std::filesystem;

/// Where a document stands among the others: no order of names, dates or sizes is left in it.
std::uint64_t order_of(const std::string& name) { return Seed{}.derive(name).value; }

std::string shown(const fs::path& path) { return printable(path.native()); }

/// The one kind of files that a folder holds. Throws ConfigError if it holds both or none.
bool holds_shards(const fs::path& folder, const DataFiles& files) {
  if (!files.texts.empty() && !files.shards.empty())
    throw ConfigError(shown(folder) + " holds token shards (*.bin) and texts (*.txt); give a folder of one kind");
  if (!files.texts.empty() || !files.shards.empty()) return !files.shards.empty();
  std::vector<std::string> others;
  for (const auto& file : files.others) others.push_back(printable(file.filename().native(), 60));
  if (others.size() > 3) others = {others[0], others[1], "..."};
  throw ConfigError(shown(folder) + " holds no text (*.txt) and no token shards (*.bin)" +
                    (others.empty() ? "" : "; other files are not read: " + joined(others)));
}

std::vector<Document> texts(const fs::path& folder, const std::vector<fs::path>& files) {
  std::vector<Document> out;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw ConfigError("cannot read " + shown(file));
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (in.bad()) throw ConfigError("cannot read " + shown(file) + " to its end");
    if (text.empty()) continue;
    if (std::memchr(text.data(), 0, std::min(text.size(), kLookForNul)))
      throw ConfigError(shown(file) + " is no text: it holds bytes of value 0");
    Document document{file.lexically_relative(folder).generic_string(), {}};
    document.tokens.reserve(text.size());
    for (const char c : text) document.tokens.push_back(static_cast<unsigned char>(c));
    out.push_back(std::move(document));
  }
  return out;
}

std::vector<Document> between_separators(const std::string& name, const Shard& shard, std::int32_t separator) {
  std::vector<Document> out;
  std::vector<std::int32_t> tokens;
  const auto close = [&] {
    if (!tokens.empty()) out.push_back({name + "#" + std::to_string(out.size()), std::move(tokens)});
    tokens.clear();
  };
  for (const auto token : shard.tokens) {
    if (token == separator)
      close();
    else
      tokens.push_back(token);
  }
  close();
  return out;
}

/// All tokens of a shard whose documents nothing separates.
std::vector<Document> blocks(const std::string& name, const Shard& shard) {
  std::vector<Document> out;
  const auto size = static_cast<std::int64_t>(shard.tokens.size());
  for (std::int64_t first = 0; first < size; first += kBlockTokens) {
    const auto begin = shard.tokens.begin() + first;
    const auto end = begin + std::min(kBlockTokens, size - first);
    out.push_back({name + "#" + std::to_string(out.size()), {begin, end}});
  }
  return out;
}

/// The token between the documents of `shard`; nothing for `none`. Throws ConfigError if nobody says it.
std::optional<std::int32_t> separator_of(const fs::path& file, const Shard& shard, const Separator& asked) {
  if (asked.is_none()) return {};
  if (asked.is_own()) {
    if (shard.separator) return shard.separator;
    throw ConfigError(shown(file) + " does not tell which token stands between documents at a vocabulary of " +
                      std::to_string(shard.vocabulary) + ": give separator, the id of that token or none");
  }
  if (asked.id() >= shard.vocabulary)
    throw ConfigError("separator " + asked.text() + " is beyond the vocabulary of " + std::to_string(shard.vocabulary));
  return asked.id();
}

/// Throws ConfigError unless one source, and no more, says how many bytes a token stands for.
void check_sizes(const fs::path& folder, const TokenFacts& facts) {
  std::error_code none;
  const bool listed = fs::exists(folder / kTokenBytes, none);
  if (listed && facts.bytes_per_token > 0)
    throw ConfigError(shown(folder) +
                      " holds token-bytes, which says how many bytes each token stands for: leave out "
                      "bytes_per_token");
  if (!listed && facts.bytes_per_token <= 0)
    throw ConfigError(shown(folder) +
                      " holds token shards, which do not tell how many bytes a token stands for: give "
                      "bytes_per_token (tokenised text / tokens)");
}

/// The documents of token shards; fills in what `out` says of the tokens.
std::vector<Document> shard_documents(const fs::path& folder, const std::vector<fs::path>& files,
                                      const TokenFacts& facts, Corpus& out) {
  check_sizes(folder, facts);
  out.bytes = false;
  std::vector<Document> documents;
  bool separated = false;
  std::string ends;  // of the first file, for whoever looks for the separator
  for (const auto& file : files) {
    const auto shard = read_shard(file, facts.vocabulary);
    const auto separator = separator_of(file, shard, facts.separator);
    if (out.vocabulary && (shard.vocabulary != out.vocabulary || separator != out.separator))
      throw ConfigError(shown(file) + " is of another vocabulary than the shards before it");
    out.vocabulary = shard.vocabulary;
    out.separator = separator;
    const auto name = file.lexically_relative(folder).generic_string();
    if (ends.empty())
      ends = shown(name) + " begins with token " + std::to_string(shard.tokens.front()) + " and ends with token " +
             std::to_string(shard.tokens.back());
    separated = separated || (separator && std::count(shard.tokens.begin(), shard.tokens.end(), *separator) > 0);
    for (auto& document : separator ? between_separators(name, shard, *separator) : blocks(name, shard))
      documents.push_back(std::move(document));
  }
  if (out.separator && !separated)
    throw ConfigError("token " + std::to_string(*out.separator) + ", the separator, never occurs in " + shown(folder) +
                      "; " + ends + ": give as separator the token that stands between documents, or none");
  return documents;
}

/// The documents of texts; fills in what `out` says of the tokens.
std::vector<Document> text_documents(const fs::path& folder, const std::vector<fs::path>& files, Corpus& out) {
  out.vocabulary = 257;
  out.separator = 256;
  return texts(folder, files);
}

void mix(std::uint64_t& fingerprint, std::uint64_t value) { fingerprint = Seed{fingerprint}.derive(value).value; }

void mix(std::uint64_t& fingerprint, const Document& document) {
  mix(fingerprint, order_of(document.name));
  mix(fingerprint, document.tokens.size());
  for (const auto token : document.tokens)
    fingerprint = fingerprint * 1099511628211ull + static_cast<std::uint64_t>(token);
}

/// Cuts a document of a half with `tokens` tokens by the share by which the half is too long.
void shorten(Document& document, std::int64_t tokens) {
  if (tokens <= kHalfTokens) return;
  const auto share = static_cast<double>(kHalfTokens) / static_cast<double>(tokens);
  document.tokens.resize(
      std::max<std::size_t>(1, static_cast<std::size_t>(share * static_cast<double>(document.tokens.size()))));
}

/// Takes the held-out documents from the front of `documents`, which are in their order, and cuts them.
void hold_out(std::vector<Document>& documents, Corpus& out) {
  const auto held = std::max<std::size_t>(2, (documents.size() + 5) / 10);
  std::array<std::int64_t, 2> tokens{};
  for (std::size_t i = 0; i < held; ++i) tokens[i % 2] += static_cast<std::int64_t>(documents[i].tokens.size());
  for (std::size_t i = 0; i < held; ++i) {
    shorten(documents[i], tokens[i % 2]);
    out.held_out[i % 2].push_back(std::move(documents[i]));
  }
  documents.erase(documents.begin(), documents.begin() + static_cast<std::ptrdiff_t>(held));
}

/// Leaves out of a half what stands in the training text, unless all of it does.
void leave_out(std::vector<Document>& half, const std::vector<Document>& training, Corpus& out) {
  const auto known = known_documents(half, training, out.bytes_per_token);
  const auto all = static_cast<std::size_t>(std::count(known.begin(), known.end(), true));
  if (all == half.size()) {
    out.repeats_itself = true;
    return;
  }
  out.duplicates += all;
  std::size_t place = 0;
  std::erase_if(half, [&](const Document&) { return known[place++]; });
}

/// Shares the documents out among training and the two held-out halves.
void split(std::vector<Document> documents, Corpus& out) {
  std::stable_sort(documents.begin(), documents.end(),
                   [](const auto& a, const auto& b) { return order_of(a.name) < order_of(b.name); });
  for (const auto& document : documents) mix(out.fingerprint, document);
  hold_out(documents, out);
  for (auto& half : out.held_out) leave_out(half, documents, out);
  if (out.duplicates > 0) mix(out.fingerprint, out.duplicates);
  for (auto& document : documents) {
    if (out.separator) out.train.push_back(*out.separator);
    out.train.insert(out.train.end(), document.tokens.begin(), document.tokens.end());
    document.tokens = {};
  }
}

/// Bytes that a token stands for, on average; of documents the first token counts only where it is a target.
double mean_bytes(const std::vector<Document>& documents, const std::vector<std::int32_t>& bytes, bool first) {
  double sum = 0;
  double targets = 0;
  for (const auto& document : documents)
    for (std::size_t i = first ? 0 : 1; i < document.tokens.size(); ++i) {
      sum += bytes[static_cast<std::size_t>(document.tokens[i])];
      ++targets;
    }
  return targets > 0 ? sum / targets : 0;
}

}  // namespace

Corpus read_corpus(const fs::path& folder, const TokenFacts& facts) {
  const auto files = data_files(folder);
  Corpus out;
  auto documents = holds_shards(folder, files) ? shard_documents(folder, files.shards, facts, out)
                                               : text_documents(folder, files.texts, out);
  if (documents.size() < 4)
    throw ConfigError(shown(folder) + " holds " + std::to_string(documents.size()) +
                      (out.separator ? " documents" : " blocks of " + std::to_string(kBlockTokens) + " tokens") +
                      "; four are needed to hold some out");
  std::vector<std::int32_t> sizes;
  if (!out.bytes) sizes = read_token_bytes(folder, out.vocabulary);
  if (!out.bytes) out.bytes_per_token = sizes.empty() ? facts.bytes_per_token : mean_bytes(documents, sizes, true);
  split(std::move(documents), out);
  for (std::size_t half = 0; half < 2; ++half)
    out.held_out_bytes_per_token[half] =
        sizes.empty() ? out.bytes_per_token : mean_bytes(out.held_out[half], sizes, out.separator.has_value());
  return out;
}

std::int64_t windows(const Corpus& corpus, std::int64_t length) {
  return (static_cast<std::int64_t>(corpus.train.size()) - 1) / length;
}

std::string note_on(const Corpus& corpus) {
  if (corpus.repeats_itself) return "every held-out document of a half stands in the training text too";
  if (corpus.duplicates == 0) return "";
  return std::to_string(corpus.duplicates) +
         (corpus.duplicates == 1 ? " held-out document stands" : " held-out documents stand") +
         " in the training text too and " + (corpus.duplicates == 1 ? "was" : "were") + " left out";
}

}  // namespace madsearch
