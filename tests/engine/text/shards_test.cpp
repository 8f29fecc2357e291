#include "engine/text/shards.h"

#include <gtest/gtest.h>

#include "configs/errors.h"
#include "tests/engine/text/shard_files.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

std::string refusal(const std::string& path, std::int64_t vocabulary = 0) {
  try {
    read_shard(path, vocabulary);
  } catch (const ConfigError& error) {
    return std::string(error.what()).substr(path.size());
  }
  return "accepted";
}

TEST(Shards, AreReadInAllKnownFormats) {
  const TemporaryFolder folder;
  const std::vector<std::int32_t> ids{5, 0, 200, 7};
  const auto file = folder.path + "/a.bin";
  EXPECT_EQ(read_shard(put(file, shard_bytes<std::uint16_t>(20240520, 1, 4, {5, 0, 200, 7})), 0).tokens, ids);
  EXPECT_EQ(read_shard(file, 0).vocabulary, 50257);
  EXPECT_EQ(read_shard(put(file, shard_bytes<std::uint8_t>(20240520, 1, 4, {5, 0, 200, 7})), 0).tokens, ids);
  EXPECT_EQ(read_shard(file, 0).vocabulary, 256);
  EXPECT_EQ(read_shard(put(file, shard_bytes<std::uint32_t>(20240801, 7, 4, {5, 0, 200, 7})), 0).tokens, ids);
  const std::uint16_t raw[] = {5, 0, 200, 7};
  EXPECT_EQ(read_shard(put(file, std::string(reinterpret_cast<const char*>(raw), sizeof raw)), 300).tokens, ids);
}

TEST(Shards, ThatAreSomethingElseAreRefusedInOneSentence) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/a.bin";
  EXPECT_EQ(refusal(put(file, shard_bytes<std::uint16_t>(20240522, 1, 2, {1, 2}))),
            " is an evaluation file of llm.c (magic 20240522), not training data");
  EXPECT_EQ(refusal(put(file, shard_bytes<std::uint16_t>(20240520, 2, 2, {1, 2}))),
            " has version 2 of its token format; version 1 is known");
  EXPECT_EQ(refusal(put(file, shard_bytes<std::uint16_t>(20240520, 1, 3, {1, 2}))),
            " announces 3 tokens but holds 4 bytes of them: it is cut off or of another format");
  EXPECT_EQ(refusal(put(file, shard_bytes<std::uint16_t>(20240520, 1, 2, {1, 60000}))),
            " holds token 60000 (ids of 2 bytes), beyond its vocabulary of 50257");
  EXPECT_EQ(refusal(put(file, std::string("ab"))),
            " has no header of llm.c; if it is a file of nanoGPT, give the vocabulary");
  EXPECT_EQ(refusal(put(file, std::string("abc")), 30000), " is not a whole number of 2-byte tokens");
  EXPECT_EQ(refusal(put(file, std::string()), 30000), " is empty");
  EXPECT_EQ(refusal(put(file, std::string())), " is empty");
}

TEST(Shards, SayWhatOfWidthVocabularyAndContentDisagrees) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/a.bin";
  put(file, shard_bytes<std::uint16_t>(20240520, 1, 4, {5, 0, 200, 7}));
  EXPECT_EQ(refusal(file, 100'000), " has ids of 2 bytes, which cannot reach a vocabulary of 100000");
  EXPECT_EQ(refusal(file, 200), " holds token 200 (ids of 2 bytes), beyond its vocabulary of 200");
  put(file, shard_bytes<std::uint8_t>(20240520, 1, 4, {5, 0, 200, 7}));
  EXPECT_EQ(refusal(file, 50'257), " has ids of 1 byte, which cannot reach a vocabulary of 50257");
  put(file, shard_bytes<std::uint32_t>(20240520, 1, 8, {5, 9, 200, 7}));  // counted as if they had 2 bytes
  EXPECT_EQ(refusal(file),
            " holds an id below 16 at every second place (ids of 2 bytes): its ids seem to have 4 bytes");
  put(file, std::string("letters!"));  // one byte a letter
  EXPECT_EQ(refusal(file, 65), " holds token 29812 (ids of 2 bytes), beyond its vocabulary of 65");
  put(file, shard_bytes<std::uint16_t>(20240520, 1, -4, {5, 0, 200, 7}));
  EXPECT_EQ(refusal(file), " announces -4 tokens but holds 8 bytes of them: it is cut off or of another format");
  const std::uint32_t raw[] = {5, 0, 140'000, 7};
  put(file, std::string(reinterpret_cast<const char*>(raw), sizeof raw));
  EXPECT_EQ(read_shard(file, 151'936).tokens, (std::vector<std::int32_t>{5, 0, 140'000, 7}));
}

TEST(Shards, SeeIdsOfFourBytesBehindAVocabularyOfTwo) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/a.bin";
  std::vector<std::uint32_t> ids;
  for (std::uint32_t i = 0; i < 40; ++i) ids.push_back(997 * i);
  ids[20] = 70'000;  // of a vocabulary of 131,072, which should have been given
  put(file, {reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof ids[0]});
  EXPECT_EQ(refusal(file, 65'536),
            " holds an id below 16 at every second place (ids of 2 bytes): its ids seem to have 4 bytes");
  EXPECT_EQ(read_shard(file, 131'072).tokens[20], 70'000);
  std::vector<std::uint16_t> letters;  // a small vocabulary, of which ids below 16 are common
  for (std::uint16_t i = 0; i < 80; ++i) letters.push_back(i % 3 == 0 ? 40 : i % 11);
  put(file, {reinterpret_cast<const char*>(letters.data()), letters.size() * sizeof letters[0]});
  EXPECT_EQ(refusal(file, 65), "accepted");
}

TEST(Shards, KnowTheSeparatorOfAPaddedVocabulary) {
  const TemporaryFolder folder;
  const auto file = put(folder.path + "/a.bin", shard_bytes<std::uint16_t>(20240520, 1, 2, {1, 2}));
  EXPECT_EQ(read_shard(file, 0).separator, 50256);
  EXPECT_EQ(read_shard(file, 50304).separator, 50256);
  EXPECT_FALSE(read_shard(file, 60'000).separator);  // another tokeniser's
  EXPECT_FALSE(read_shard(file, 32'000).separator);
}

}  // namespace
}  // namespace madsearch
