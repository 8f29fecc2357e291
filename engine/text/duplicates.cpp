#include "engine/text/duplicates.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <unordered_set>

#include "engine/text/ngrams.h"

namespace madsearch {
namespace {

constexpr double kShingleBytes = 64;
constexpr int kLeastShingle = 8;  // tokens
constexpr double kKnown = 0.5;    // of a document's shingles

std::uint64_t hash_of(const std::vector<std::int32_t>& tokens) {
  auto out = Seed{}.derive(tokens.size());
  for (const auto token : tokens) out = out.derive(static_cast<std::uint64_t>(token));
  return out.value;
}

/// Share of the document's shingles that were counted; 0 of a document that is shorter than one.
double known_share(const Document& document, const NgramCounts& counts) {
  std::int64_t all = 0;
  std::int64_t known = 0;
  each_ngram(document.tokens.data(), static_cast<std::int64_t>(document.tokens.size()), counts.n(),
             [&](std::int64_t, std::uint64_t hash) {
               ++all;
               known += counts.of(hash) > 0;
             });
  return all ? static_cast<double>(known) / static_cast<double>(all) : 0;
}

}  // namespace

std::vector<bool> known_documents(const std::vector<Document>& documents, const std::vector<Document>& training,
                                  double bytes_per_token) {
  NgramCounts counts(std::max(kLeastShingle, static_cast<int>(std::lround(kShingleBytes / bytes_per_token))));
  for (const auto& document : documents) counts.ask(document.tokens);
  std::unordered_set<std::uint64_t> hashes;
  for (const auto& document : training) {
    counts.count(document.tokens);
    hashes.insert(hash_of(document.tokens));
  }
  std::vector<bool> out;
  for (const auto& document : documents)
    out.push_back(hashes.contains(hash_of(document.tokens)) || known_share(document, counts) >= kKnown);
  return out;
}

}  // namespace madsearch
