#include "engine/text/corpus.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <unordered_set>

#include "configs/errors.h"
#include "engine/text/shards.h"

namespace madsearch {
namespace {

constexpr std::int64_t kHalfTokens = 1 << 18;
constexpr std::size_t kLookForNul = 4096;
namespace fs = std::filesystem;

/// Where a document stands among the others: no order of names, dates or sizes is left in it.
std::uint64_t order_of(const std::string& name) { return Seed{}.derive(name).value; }

std::vector<fs::path> files_of(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder, error)) throw ConfigError("there is no data at " + folder.string());
  if (!fs::is_directory(folder, error))
    throw ConfigError(folder.string() + " is not a folder of texts or token shards");
  std::vector<fs::path> out;
  auto it = fs::recursive_directory_iterator(folder, error);
  if (error) throw ConfigError("cannot read " + folder.string() + ": " + error.message());
  for (const auto end = fs::recursive_directory_iterator(); it != end; it.increment(error)) {
    if (error) throw ConfigError("cannot read " + folder.string() + ": " + error.message());
    const auto hidden = it->path().filename().string().front() == '.';
    if (it->is_directory(error) && hidden) it.disable_recursion_pending();
    if (!hidden && it->is_regular_file(error)) out.push_back(it->path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Document> texts(const fs::path& folder, const std::vector<fs::path>& files) {
  std::vector<Document> out;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw ConfigError("cannot read " + file.string());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (text.empty() || std::memchr(text.data(), 0, std::min(text.size(), kLookForNul))) continue;
    Document document{fs::relative(file, folder).generic_string(), {}};
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

/// The documents of token shards; fills in what `out` says of the tokens.
std::vector<Document> shard_documents(const fs::path& folder, const std::vector<fs::path>& files,
                                      std::int64_t vocabulary, std::int64_t separator, double bytes_per_token,
                                      Corpus& out) {
  if (bytes_per_token <= 0)
    throw ConfigError(folder.string() +
                      " holds token shards, which do not tell how many bytes a token stands for: give "
                      "bytes_per_token (tokenised text / tokens)");
  out.bytes = false;
  out.bytes_per_token = bytes_per_token;
  std::vector<Document> documents;
  for (const auto& file : files) {
    const auto shard = read_shard(file, vocabulary);
    if (out.vocabulary && shard.vocabulary != out.vocabulary)
      throw ConfigError(file.string() + " has another vocabulary than the shards before it");
    out.vocabulary = shard.vocabulary;
    out.separator = static_cast<std::int32_t>(separator ? separator : shard.vocabulary - 1);
    for (auto& document : between_separators(file.filename().string(), shard, out.separator))
      documents.push_back(std::move(document));
  }
  if (out.separator >= out.vocabulary)
    throw ConfigError("separator " + std::to_string(separator) + " is beyond the vocabulary of " +
                      std::to_string(out.vocabulary));
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

/// Shares the documents out among training and the two held-out halves.
void split(std::vector<Document> documents, Corpus& out) {
  std::stable_sort(documents.begin(), documents.end(),
                   [](const auto& a, const auto& b) { return order_of(a.name) < order_of(b.name); });
  const auto held = std::max<std::size_t>(2, (documents.size() + 5) / 10);
  std::array<std::int64_t, 2> tokens{};
  for (std::size_t i = 0; i < held; ++i) tokens[i % 2] += static_cast<std::int64_t>(documents[i].tokens.size());
  for (std::size_t i = 0; i < documents.size(); ++i) {
    auto& document = documents[i];
    mix(out.fingerprint, document);
    if (i < held) {
      shorten(document, tokens[i % 2]);
      out.held_out[i % 2].push_back(std::move(document));
      continue;
    }
    out.train.push_back(out.separator);
    out.train.insert(out.train.end(), document.tokens.begin(), document.tokens.end());
    document.tokens = {};
  }
}

}  // namespace

Corpus read_corpus(const fs::path& folder, std::int64_t vocabulary, std::int64_t separator, double bytes_per_token) {
  const auto files = files_of(folder);
  const auto shards =
      std::count_if(files.begin(), files.end(), [](const auto& file) { return file.extension() == ".bin"; });
  if (shards != 0 && shards != static_cast<std::ptrdiff_t>(files.size()))
    throw ConfigError(folder.string() + " holds token shards (*.bin) and other files; give a folder of one kind");
  Corpus out;
  auto documents = shards == 0 ? text_documents(folder, files, out)
                               : shard_documents(folder, files, vocabulary, separator, bytes_per_token, out);
  if (documents.empty()) throw ConfigError(folder.string() + " holds no text and no token shards");
  if (documents.size() < 4)
    throw ConfigError(folder.string() + " holds " + std::to_string(documents.size()) +
                      " documents; four are needed to hold some out");
  split(std::move(documents), out);
  return out;
}

std::int64_t windows(const Corpus& corpus, std::int64_t length) {
  return (static_cast<std::int64_t>(corpus.train.size()) - 1) / length;
}

std::vector<bool> repeats(const std::int32_t* x, std::int64_t length, int n) {
  std::vector<bool> out(static_cast<std::size_t>(length));
  std::unordered_set<std::uint64_t> seen;
  for (std::int64_t end = n - 1; end <= length; ++end) {
    std::uint64_t hash = 0;
    for (auto i = end - n + 1; i <= end; ++i)
      hash = Seed::mix(hash ^ (static_cast<std::uint64_t>(x[i]) + 0x9e3779b97f4a7c15ull));
    const bool known = !seen.insert(hash).second;
    if (end >= 1) out[static_cast<std::size_t>(end - 1)] = known;
  }
  return out;
}

}  // namespace madsearch
