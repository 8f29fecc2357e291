#include "engine/text/duplicates.h"

#include <gtest/gtest.h>

#include "configs/seed.h"

namespace madsearch {
namespace {

/// A document of `length` tokens that nobody else has.
Document drawn(std::uint64_t seed, std::int64_t length) {
  Rng rng(Seed{seed});
  Document out{"d", {}};
  for (std::int64_t i = 0; i < length; ++i) out.tokens.push_back(static_cast<std::int32_t>(below(rng, 1000)));
  return out;
}

Document joined_from(const Document& a, std::int64_t of_a, const Document& b) {
  Document out{"j", {a.tokens.begin(), a.tokens.begin() + of_a}};
  out.tokens.insert(out.tokens.end(), b.tokens.begin(), b.tokens.end());
  return out;
}

TEST(Duplicates, AreEqualOrHalfKnown) {
  const auto known = drawn(1, 400);
  const auto fresh = drawn(2, 200);
  const std::vector<Document> training = {drawn(3, 400), known, {"short", {1, 2, 3}}};
  const std::vector<Document> documents = {
      known,
      fresh,
      joined_from(known, 300, fresh),  // 285 of its 485 shingles of 16 tokens are known
      joined_from(known, 100, fresh),  // 85 of 285
      {"short", {1, 2, 3}},
      {"short", {1, 2, 4}},
  };
  EXPECT_EQ(known_documents(documents, training, 4), (std::vector<bool>{true, false, true, false, true, false}));
}

}  // namespace
}  // namespace madsearch
